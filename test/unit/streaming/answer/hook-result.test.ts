import { describe, expect, it } from "vitest";
import { isNothing, isText } from "../../../../src/streaming/answer/hook-result.js";

describe("isText", () => {
  it("knows a record that is the text itself", () => {
    expect(isText("x", "x")).toBe(true);
    expect(isText({ text: "x" }, "x")).toBe(true);
    expect(isText("x\n", "x ")).toBe(true);
    expect(isText([null, { text: "x" }], "x")).toBe(true);
    expect(isText("x", { event: "token", data: "x" })).toBe(true);
    expect(isText("x", '{"text":"x"}')).toBe(false);
    expect(isText("x", { event: "token", data: '{"text":"x"}' })).toBe(false);
    expect(isText("x", { data: { text: "x" } })).toBe(false);
    expect(isText(null, null)).toBe(false);
    expect(isText("x", { text: "x" })).toBe(false);
  });
});

describe("isNothing", () => {
  it("knows a null that a hook has read a field of", () => {
    expect(isNothing(null, new TypeError("Cannot read properties of null"))).toBe(true);
    expect(isNothing(null, new Error("refused"))).toBe(false);
    expect(isNothing(null, null)).toBe(false);
    expect(isNothing({}, new TypeError("x is not a function"))).toBe(false);
  });
});
