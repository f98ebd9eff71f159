import { describe, expect, it } from "vitest";
import { ChunkParseError, RecordTooLargeError } from "../../../../src/errors.js";
import { isWhiteSpace, JsonValueReader } from "../../../../src/formats/json/value-scanner.js";

/** The first value of a text that comes in these pieces, and the index behind it in the last one. */
function read(pieces: readonly string[], maxBytes = 1000): { text: string; next: number } {
  const reader = new JsonValueReader("test", maxBytes);
  let next = -1;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece);
    next = reader.read(bytes, 0, bytes.length, 0);
  }
  return { text: reader.text, next };
}

describe("JsonValueReader", () => {
  it.each([
    ['{"a":"}"} x', '{"a":"}"}'],
    ['[1,["\\"]"]],2', '[1,["\\"]"]]'],
    ['"a\\\\" "b"', '"a\\\\"'],
    ["12.5, 3", "12.5"],
    ["true]", "true"],
    ["null\n", "null"],
  ])("finds the end of the first value in %j, wherever it is cut", (text, value) => {
    expect(read([text])).toEqual({ text: value, next: value.length });
    const reader = new JsonValueReader("test", 1000);
    const bytes = Buffer.from(text);
    let at = 0;
    while (reader.read(bytes, at, at + 1, 0) === -1) at++;
    expect(reader.text).toBe(value);
    expect(reader.isReading).toBe(false);
  });

  it("says that it is inside of a value, and what has come of it", () => {
    const reader = new JsonValueReader("test", 1000);
    expect(reader.isReading).toBe(false);
    const bytes = Buffer.from('{"a": [');
    expect(reader.read(bytes, 0, bytes.length, 0)).toBe(-1);
    expect(reader.isReading).toBe(true);
    expect(reader.textSoFar).toBe('{"a": [');
  });

  it("bounds one value, over all its pieces", () => {
    expect(read(["[1,", "2]"], 5).text).toBe("[1,2]");
    expect(() => read(["[1,", "23]"], 5)).toThrow(RecordTooLargeError);
  });

  it("bounds the nesting", () => {
    expect(read(["[".repeat(512) + "]".repeat(512)], 2000).next).toBe(1024);
    expect(() => read(["[".repeat(513)])).toThrow(ChunkParseError);
  });
});

describe("isWhiteSpace", () => {
  it("knows the four characters of JSON, and no other", () => {
    const all = Array.from({ length: 256 }, (_, byte) => byte).filter(isWhiteSpace);
    expect(all).toEqual([0x09, 0x0a, 0x0d, 0x20]);
  });
});
