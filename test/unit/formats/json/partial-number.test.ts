import { describe, expect, it } from "vitest";
import {
  firstPart,
  nextPart,
  numberOf,
  type NumberPart,
} from "../../../../src/formats/json/partial-number.js";

/** The part that a text ends in. */
function partOf(text: string): NumberPart | undefined {
  let part: NumberPart | undefined = firstPart(text[0]!);
  for (const character of text.slice(1)) part = part && nextPart(part, character);
  return part;
}

describe("the parts of a number", () => {
  it.each([
    ["-", "sign"],
    ["-0", "zero"],
    ["10", "integer"],
    ["0.", "fraction"],
    ["1.05", "fraction"],
    ["1e", "exponent"],
    ["1E-10", "power"],
    ["01", "failed"],
    ["+", "failed"],
    ["1,", undefined],
    ["1-", undefined],
    ["1.5.", undefined],
    ["1e5e", undefined],
  ])("of %j end in: %s", (text, part) => {
    expect(partOf(text)).toBe(part);
  });
});

describe("numberOf", () => {
  it("is the number so far", () => {
    expect(["-", "-0", "1.", "1e", "1.5e3"].map(numberOf)).toEqual([-0, -0, 1, 1, 1500]);
    expect(numberOf("-e5")).toBeNaN();
  });
});
