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

describe("parseFailure of the last record", () => {
  const syntax = new SyntaxError("Unexpected end of JSON input");

  it("says that JSON which a hook parses itself was cut off", () => {
    for (const record of ['{"a', { event: "x", data: '{"a', incomplete: true }]) {
      const error = parseFailure("parseChunk", syntax, record, 2, true);
      expect(error).toMatchObject({ code: "CHUNK_PARSE", unfinished: true, index: 2, record });
      expect(error.message).toMatch(/threw on record 2: Unexpected end.*probably cut off\.$/);
    }
  });

  it("says it of nothing else", () => {
    for (const [thrown, record] of [
      [new TypeError("no text"), "x"],
      [syntax, { a: 1 }],
      [syntax, null],
      [new HookError("parseChunk", "wrong"), "x"],
    ] as const) {
      const error = parseFailure("parseChunk", thrown, record, 0, true);
      expect((error as ChunkParseError).unfinished).not.toBe(true);
    }
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
