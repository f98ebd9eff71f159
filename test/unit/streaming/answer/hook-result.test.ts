import { describe, expect, it } from "vitest";
import {
  givesContent,
  givesError,
  isNothing,
  isText,
} from "../../../../src/streaming/answer/hook-result.js";

describe("givesContent", () => {
  it.each([["x"], [0], [{ text: "x" }], [{ reasoning: "x" }], [[null, "x"]]])(
    "knows a part of the answer: %j",
    (result) => {
      expect(givesContent(result, undefined)).toBe(true);
    },
  );

  it.each([[""], [null], [undefined], [{ text: "" }], [{ done: true }], [[]]])(
    "takes %j for none",
    (result) => {
      expect(givesContent(result, undefined)).toBe(false);
    },
  );

  it("takes what may be the text of the record before for none", () => {
    expect(givesContent({ text: "x", cumulative: true }, undefined)).toBe(false);
  });

  it("asks the adapter of what is no delta", () => {
    const adapt = (value: unknown) => (value instanceof Date ? [{ text: "x" }] : undefined);
    expect(givesContent(new Date(), adapt as never)).toBe(true);
  });
});

describe("givesError", () => {
  it("knows a provider's error in a delta", () => {
    expect(givesError({ error: "x" })).toBe(true);
    expect([null, "error", { error: null }, { text: "x" }].some(givesError)).toBe(false);
  });
});

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
