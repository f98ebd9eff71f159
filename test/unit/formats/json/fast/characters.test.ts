import { describe, expect, it } from "vitest";
import { isDigit, isNumberPart, isSpace } from "../../../../../src/formats/json/fast/characters.js";

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const those = (test: (code: number) => boolean): string =>
  ascii.filter((character) => test(character.charCodeAt(0))).join("");

describe("The characters of JSON", () => {
  it("are digits, parts of numbers and white space", () => {
    expect(those(isDigit)).toBe("0123456789");
    expect(those(isNumberPart)).toBe("+-.0123456789Ee");
    expect(those(isSpace)).toBe("\t\n\r ");
  });

  it("are none behind the end of a text", () => {
    const code = "".charCodeAt(0);
    expect([isDigit(code), isNumberPart(code), isSpace(code)]).toEqual([false, false, false]);
  });
});
