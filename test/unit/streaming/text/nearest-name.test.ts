import { describe, expect, it } from "vitest";
import { nearest } from "../../../../src/streaming/text/nearest-name.js";

const NAMES = ["text", "toolCalls", "finishReason", "usage", "id"];

describe("nearest", () => {
  it.each([
    ["txt", "text"],
    ["tool_calls", "toolCalls"],
    ["finish-reason", "finishReason"],
    ["USAGE", "usage"],
    ["usages", "usage"],
    ["uasge", "usage"],
    ["txet", "text"],
  ])("of %j is %j", (name, meant) => {
    expect(nearest(name, NAMES)).toBe(meant);
  });

  it.each(["answer", "", "x".repeat(100_000)])("finds no other word near: %j", (name) => {
    expect(nearest(name, NAMES)).toBeUndefined();
  });

  it("finds nothing among no names", () => {
    expect(nearest("text", [])).toBeUndefined();
  });
});
