import { describe, expect, it } from "vitest";
import { HookError, RecordTooLargeError } from "../../../src/errors.js";
import { delimited } from "../../../src/formats/delimited.js";
import {
  atEveryCut,
  bytesOf,
  decodedBy,
  decodePieces,
  oneByteEach,
} from "../../helpers/every-cut.js";

describe("delimited()", () => {
  it.each([
    ["\0", "a\0b\0", ["a", "b"]],
    ["\n\n", "a\nb\n\n\n\nc", ["a\nb", "", "c"]],
    ["<|end|>", "<|end<|end|>x", ["<|end", "x"]],
    ["🐇", "ü🐇é🐇", ["ü", "é"]],
    ["aa", "aaab", ["", "ab"]],
  ])("cuts at %j, from left to right, wherever the bytes are cut", (separator, text, expected) => {
    const { records, error } = atEveryCut(delimited(separator), text);
    expect({ records, error }).toEqual({ records: expected, error: undefined });
  });

  it("bounds one piece, also one that has no end", () => {
    const pieces = oneByteEach(bytesOf("abc;abcd"));
    const { records, error } = decodePieces(delimited(";"), pieces, { maxRecordBytes: 3 });
    expect(records).toEqual(["abc"]);
    expect(error?.name).toBe(RecordTooLargeError.name);
  });

  it.each([
    ["an empty one", ""],
    ["number", 1],
    ["lone surrogate", "\ud83d"],
  ])("refuses as separator: %s", (told, separator) => {
    expect(() => delimited(separator as string)).toThrow(HookError);
    expect(() => delimited(separator as string)).toThrow(told);
  });

  it("is cut where its last piece ends inside of a character", () => {
    for (const [bytes, isCut] of [
      [bytesOf("a;b🐇"), false],
      [bytesOf("a;b🐇").subarray(0, 5), true],
      [bytesOf("a;"), false],
    ] as const) {
      const decoder = delimited(";").createDecoder({ maxRecordBytes: 100 });
      decodedBy(decoder, [bytes]);
      expect(decoder.isCut).toBe(isCut);
    }
  });
});
