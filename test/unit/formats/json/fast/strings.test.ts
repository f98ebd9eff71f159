import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringEnd, StringHole } from "../../../../../src/formats/json/fast/strings.js";
import { tryJson } from "../../../../../src/formats/json/try-json.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";
import { budget, GRAPHEMES } from "../../../../helpers/properties.js";

/** What a hole reads of JSON strings that come one after the other, and where each of them ends. */
function readAll(texts: readonly string[]): (string | undefined)[] {
  const hole = new StringHole();
  return texts.map((text) => {
    const value = hole.read(new Source(bytesOf(`:${text},`)), 2);
    if (value !== undefined) expect(hole.end).toBe(bytesOf(text).length);
    return value;
  });
}

describe("StringHole", () => {
  it("reads what JSON.parse reads, whatever it has read before", () => {
    const strings = fc.array(fc.string({ unit: GRAPHEMES, maxLength: 200 }), { maxLength: 30 });
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

  it("reads strings of any length, with escapes anywhere", () => {
    for (let length = 0; length < 300; length++) {
      const text = "x".repeat(length);
      const texts = [
        `"${text}"`,
        `"${text}\\n"`,
        `"\\"${text}"`,
        `"${text}\\u00e9"`,
        `"é${text}\\\\"`,
      ];
      expect(readAll(texts)).toEqual(texts.map((one) => JSON.parse(one) as string));
    }
  });

  it("reads very long strings as JSON.parse does, whatever stands in one and wherever", () => {
    const odd = [
      "",
      "\\n",
      "\\u0041",
      "\\x",
      "\t",
      "\u001f",
      "\0",
      " ",
      "\u007f",
      "\u00a0",
      "é",
      "🐇",
    ];
    for (const length of [1023, 1024, 1031, 2000]) {
      for (const at of [0, 1, 15, 16, 700, length - 9, length - 1, length]) {
        for (const character of odd) {
          const text = `"${"x".repeat(at)}${character}${"x".repeat(length - at)}"`;
          expect(readAll([text])).toEqual([tryJson(text)]);
        }
      }
    }
  });

  it("reads bytes that are no characters as a decoder does", () => {
    const bytes = Uint8Array.of(0x22, 0xe2, 0x80, 0x5c, 0x6e, 0xff, 0x22);
    expect(new StringHole().read(new Source(bytes), 1)).toBe("\ufffd\n\ufffd");
  });

  it("reads a long string that stays, and another that begins like it", () => {
    const id = "x".repeat(40);
    const texts = [`"${id}"`, `"${id}"`, `"${id}y"`, `"${id}"`, `"${id.slice(1)}"`];
    expect(readAll(texts)).toEqual(texts.map((text) => JSON.parse(text) as string));
  });

  it.each(['"a', '"a\nb"', '"\\x"', '"\\u12"', '"', '"\t"'])("refuses %j", (text) => {
    expect(new StringHole().read(new Source(bytesOf(text)), 1)).toBeUndefined();
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
    expect(stringEnd(bytesOf(text), 1)).toBe(end);
  });
});
