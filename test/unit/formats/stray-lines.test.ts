import { describe, expect, it } from "vitest";
import { ChunkParseError, RecordTooLargeError } from "../../../src/errors.js";
import { StrayLines } from "../../../src/formats/stray-lines.js";

const LIMIT = 32;

describe("StrayLines", () => {
  it("shows a bare value in an error, in the place where it stands", () => {
    const stray = new StrayLines(LIMIT);
    stray.endBare(0);
    expect(stray.addBare('{"error":"busy"}')).toBe(true);
    expect(stray.isInBare).toBe(true);
    expect(() => stray.endBare(3)).toThrow(ChunkParseError);
    expect(() => stray.endBare(3)).toThrow(/record 3.*busy.*jsonLines\(\)/s);
  });

  it("reads a value of several lines to its end, and tells a page from JSON", () => {
    const stray = new StrayLines(LIMIT);
    expect(["<html>", "{}"].map((line) => stray.addBare(line))).toEqual([false, false]);
    expect(() => stray.endBare(0)).toThrow(/<html>.*HTML/s);
  });

  it("joins comments, and forgets them with their event", () => {
    const stray = new StrayLines(LIMIT);
    for (const comment of ["out of", "memory"]) stray.addComment(comment);
    expect(stray.takeComments()).toBe("out of\nmemory");
    expect(stray.takeComments()).toBe("");
  });

  it("holds no more than the limit", () => {
    const long = "x".repeat(LIMIT);
    expect(() => new StrayLines(LIMIT).addBare(long)).toThrow(RecordTooLargeError);
    expect(() => new StrayLines(LIMIT).addComment(`${long}x`)).toThrow(RecordTooLargeError);
  });
});
