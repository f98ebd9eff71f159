import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../src/formats/json/plain-parser.js";

describe("parseJson", () => {
  it("parses a text, or a range of one", () => {
    expect(parseJson('{"a":[1,"é"]}')).toEqual({ a: [1, "é"] });
    expect(parseJson("x1y", 1, 2)).toBe(1);
    expect(parseJson("data: null", 6)).toBeNull();
  });

  it("throws on what is no JSON", () => {
    expect(() => parseJson("x1y", 0, 2)).toThrow(SyntaxError);
  });
});
