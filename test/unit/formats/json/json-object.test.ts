import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../../../src/formats/json/json-object.js";

describe("isJsonObject", () => {
  it.each(["{}", ' {"a":[1]} ', '{"__proto__":null}'])("takes %j", (text) => {
    expect(isJsonObject(text)).toBe(true);
  });

  it.each(["", "null", "[]", "1", '"{}"', "{", "{}{}", "{'a':1}"])("refuses %j", (text) => {
    expect(isJsonObject(text)).toBe(false);
  });
});
