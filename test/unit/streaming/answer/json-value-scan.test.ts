import { describe, expect, it } from "vitest";
import { JsonValueScan } from "../../../../src/streaming/answer/json-value-scan.js";

function scan(...pieces: string[]) {
  const value = new JsonValueScan();
  const ends = pieces.map((piece) => value.read(piece));
  return { value, end: ends.at(-1) };
}

describe("JsonValueScan", () => {
  it.each([
    ['{"a":"}"}x', 9],
    ['[[1],"]"] ', 9],
    ['"a\\"b"c', 6],
    [' \n{"a":{}}{', 10],
  ])("finds the end of the value in %j, wherever it is cut", (text, end) => {
    expect(scan(text).end).toBe(end);
    const value = new JsonValueScan();
    let at = 0;
    while (!value.closed) at += value.read(text[at]!);
    expect(at).toBe(end);
  });

  it("reads to the end of what has no end of its own", () => {
    const { value, end } = scan("12, 13");
    expect(end).toBe(6);
    expect([value.begun, value.closed, value.isLoose]).toEqual([true, false, true]);
  });

  it("knows the empty object, and what may become it", () => {
    for (const text of ["{}", " { } "]) expect(scan(text).value.isEmptyObject).toBe(true);
    for (const text of ["", " ", "{", "{ ", "{}"]) expect(scan(text).value.isBare).toBe(true);
    for (const text of ['{"', "[", "[]", "1"]) expect(scan(text).value.isBare).toBe(false);
    expect(scan('{"}').value.isEmptyObject).toBe(false);
  });

  it("has not begun by white space", () => {
    expect(scan(" \n").value.begun).toBe(false);
  });

  it("refuses what is nested too deep", () => {
    expect(scan("[".repeat(512)).value.closed).toBe(false);
    expect(() => scan("[".repeat(513))).toThrow(RangeError);
  });
});
