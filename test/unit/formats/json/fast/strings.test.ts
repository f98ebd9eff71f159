import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownCopy, stringEnd, StringHole } from "../../../../../src/formats/json/fast/strings.js";
import { budget } from "../../../../helpers/properties.js";

/** What a hole reads of JSON strings that come one after the other, and where each of them ends. */
function readAll(texts: readonly string[]): (string | undefined)[] {
  const hole = new StringHole();
  return texts.map((text) => {
    const value = hole.read(`:${text},`, 2);
    if (value !== undefined) expect(hole.end).toBe(text.length);
    return value;
  });
}

describe("StringHole", () => {
  it("reads what JSON.parse reads, whatever it has read before", () => {
    const strings = fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { maxLength: 30 });
    fc.assert(
      fc.property(strings, (values) => {
        expect(readAll(values.map((value) => JSON.stringify(value)))).toEqual(values);
      }),
      budget(3),
    );
  });

  it("reads escapes of every kind", () => {
    const text = String.raw`"\"\\\/\b\f\n\r\té🐇"`;
    expect(readAll([text])).toEqual([JSON.parse(text)]);
  });

  it("reads a long string that stays, and another that begins like it", () => {
    const id = "x".repeat(40);
    const texts = [`"${id}"`, `"${id}"`, `"${id}y"`, `"${id}"`, `"${id.slice(1)}"`];
    expect(readAll(texts)).toEqual(texts.map((text) => JSON.parse(text) as string));
  });

  it.each(['"a', '"a\nb"', '"\\x"', '"\\u12"', '"', '"\t"'])("refuses %j", (text) => {
    expect(new StringHole().read(text, 1)).toBeUndefined();
  });
});

describe("stringEnd", () => {
  it.each([
    ['"a"', 2],
    ['"\\""', 3],
    ['"\\\\"', 3],
    ['"\\\\\\""', 5],
    ['"a', -1],
    ['"a\\"', -1],
  ])("of %j is %i", (text, end) => {
    expect(stringEnd(text, 1)).toBe(end);
  });
});

describe("ownCopy", () => {
  it("is the same text", () => {
    for (const text of ["", "a", "long enough to be a slice", "🐇é"]) {
      expect(ownCopy(text)).toBe(text);
    }
  });
});
