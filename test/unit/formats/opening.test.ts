import { describe, expect, it } from "vitest";
import { contentStart, startsLikeEvents } from "../../../src/formats/opening.js";
import { bytesOf } from "../../helpers/every-cut.js";

describe("contentStart", () => {
  it.each([
    ["{}", 0],
    [" \r\n\t{}", 4],
    ["\ufeff{}", 3],
    ["\ufeff {}", 4],
    ["  ", 2],
    ["", 0],
  ])("of %j is %i", (text, start) => {
    expect(contentStart(bytesOf(text))).toBe(start);
  });

  it("goes on from where it was", () => {
    expect(contentStart(bytesOf("   x"), 2)).toBe(3);
  });

  it("takes a second mark for content", () => {
    expect(contentStart(bytesOf("\ufeff\ufeffx"))).toBe(3);
  });
});

describe("startsLikeEvents", () => {
  it.each(["data: 1", "event:x", "id:1", "retry: 5", ": comment"])("is true for %j", (text) => {
    expect(startsLikeEvents(bytesOf(text))).toBe(true);
  });

  it.each(["", "d", "dat", "even", "retry"])("cannot tell yet by %j", (text) => {
    expect(startsLikeEvents(bytesOf(text))).toBeUndefined();
  });

  it.each(["{", "<html>", "dates:", "Event:"])("is false for %j", (text) => {
    expect(startsLikeEvents(bytesOf(text))).toBe(false);
  });
});
