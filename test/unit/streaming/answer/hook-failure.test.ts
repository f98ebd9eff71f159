import { describe, expect, it } from "vitest";
import { ChunkParseError, HookError } from "../../../../src/errors.js";
import { DifferentContinuation } from "../../../../src/streaming/answer/continuation.js";
import {
  excerptOf,
  parseFailure,
  readingFailure,
} from "../../../../src/streaming/answer/hook-failure.js";

describe("parseFailure", () => {
  it("shows hook, place and record, and keeps what was thrown", () => {
    const thrown = new TypeError("no text");
    const error = parseFailure("parseChunk", thrown, { a: 1 }, 3);
    expect(error).toBeInstanceOf(ChunkParseError);
    expect(error).toMatchObject({ index: 3, record: { a: 1 }, cause: thrown });
    expect(error.message).toBe('parseChunk threw on record 3: no text. The record was {"a":1}');
    expect(parseFailure("parseChunk", "odd", "x", 0).message).toContain("odd");
  });

  it("leaves an error of this package as it is", () => {
    const own = new HookError("parseChunk", "wrong");
    expect(parseFailure("parseChunk", own, {}, 0)).toBe(own);
  });
});

describe("readingFailure", () => {
  it("tells what a getter threw, but for what is told elsewhere", () => {
    const error = readingFailure("parseChunk", new Error("getter"), {}, 1) as Error;
    expect(error.message).toContain("parseChunk gave a result that threw on record 1: getter");
    for (const other of [new DifferentContinuation(), new RangeError("too deep")]) {
      expect(readingFailure("parseChunk", other, {}, 1)).toBe(other);
    }
  });
});

describe("excerptOf", () => {
  it("shortens a record, and says of what has no JSON which type it is", () => {
    expect(excerptOf({ text: "x".repeat(500) })).toHaveLength(201);
    expect(excerptOf(undefined)).toBe("undefined");
    expect(excerptOf(1n)).toBe("a value of type bigint");
  });
});
