import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { readToolCall, tooDeep } from "../../../../src/streaming/answer/tool-call-fields.js";

const read = (entry: unknown) => readToolCall(entry, 1, "parseChunk");
const NOTHING = { index: undefined, id: undefined, name: undefined, args: "", isWhole: false };

describe("readToolCall", () => {
  it.each<[object, object]>([
    [{}, {}],
    [
      { index: 0, id: "a", name: "f", args: "{" },
      { index: 0, id: "a", name: "f", args: "{" },
    ],
    [{ index: null, id: "", name: "", args: null }, {}],
    [{ id: "null" }, {}],
    [{ id: 7 }, { id: "7" }],
    [{ args: { b: 1 } }, { args: '{"b":1}', isWhole: true }],
    [{ arguments: "" }, {}],
    [{ function: {} }, {}],
  ])("reads %j", (entry, fields) => {
    expect(read(entry)).toEqual({ ...NOTHING, ...fields });
  });

  it.each<[unknown, RegExp]>([
    [null, /entry 1 is null/],
    [[], /is an array/],
    ["call", /is "call"/],
    [{ index: -1 }, /index -1/],
    [{ index: "0" }, /index "0"/],
    [{ id: {} }, /id an object/],
    [{ name: 1 }, /name 1/],
    [{ args: 1 }, /args 1/],
    [{ args: { a: 1n } }, /cannot be written as JSON/],
    [{ args: { toJSON: () => undefined } }, /JSON cannot say/],
    [{ function: { name: "f", arguments: "{}" } }, /has "function", but no args/],
    [{ input: { a: 1 } }, /has "input"/],
  ])("refuses %o", (entry, message) => {
    expect(() => read(entry)).toThrow(HookError);
    expect(() => read(entry)).toThrow(message);
  });
});

describe("The errors of tool calls", () => {
  it("show no more than the beginning of what a model wrote", () => {
    const error = tooDeep("f".repeat(1000), new RangeError("deep"), "parseChunk");
    expect(error.message).toContain("nested too deep");
    expect(error.message.length).toBeLessThan(300);
  });
});
