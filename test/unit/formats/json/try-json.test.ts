import { describe, expect, it } from "vitest";
import { beginsLikeJson, tryJson, tryJsonObject } from "../../../../src/formats/json/try-json.js";

describe("tryJson", () => {
  it("gives the value of JSON, and nothing of another text", () => {
    expect(["null", " [1] ", '"a"'].map(tryJson)).toEqual([null, [1], "a"]);
    expect(["", "{", "1 2", "undefined"].map(tryJson)).toEqual(Array(4).fill(undefined));
  });
});

describe("tryJsonObject", () => {
  it.each(["{}", ' {"a":[1]} ', '{"__proto__":null}'])("takes %j", (text) => {
    expect(tryJsonObject(text)).toEqual(JSON.parse(text));
  });

  it.each(["", "null", "[]", "1", '"{}"', "{", "{}{}", "{'a':1}"])("refuses %j", (text) => {
    expect(tryJsonObject(text)).toBeUndefined();
  });
});

describe("beginsLikeJson", () => {
  it("goes by the first sign that is no white space", () => {
    expect(["{", " \n[1", '{"a":'].every(beginsLikeJson)).toBe(true);
    expect(["", '"a"', "1", "a {"].some(beginsLikeJson)).toBe(false);
  });
});
