import { describe, expect, it } from "vitest";
import { isBlank, isDigit, isNumberPart } from "../../../../../src/formats/json/fast/characters.js";

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const those = (test: (code: number) => boolean): string =>
  ascii.filter((character) => test(character.charCodeAt(0))).join("");

describe("The characters of JSON", () => {
  it("are digits, parts of numbers and white space within a line", () => {
    expect(those(isDigit)).toBe("0123456789");
    expect(those(isNumberPart)).toBe("+-.0123456789Ee");
    expect(those(isBlank)).toBe("\t ");
  });

  it("are none behind the last byte", () => {
    const code = new Uint8Array()[0] as number;
    expect([isDigit(code), isNumberPart(code), isBlank(code)]).toEqual([false, false, false]);
  });
});
