import { describe, expect, it } from "vitest";
import {
  isCutShort,
  isToolUse,
  standardFinishReason,
} from "../../../../src/streaming/answer/finish-reasons.js";

describe("standardFinishReason", () => {
  it.each([
    ["stop", "stop"],
    ["END_TURN", "stop"],
    ["max_tokens", "length"],
    ["MAX_OUTPUT_TOKENS", "length"],
    ["function_call", "tool_use"],
    ["SAFETY", "content_filter"],
    ["content-filter", "content_filter"],
    ["maximum_tokens", "length"],
    ["something new", undefined],
    [undefined, undefined],
  ])("of %j is %j", (said, reason) => {
    expect(standardFinishReason(said)).toBe(reason);
  });
});

describe("isToolUse", () => {
  it("goes by the provider's word, in any case", () => {
    for (const said of ["tool_calls", "TOOL_USE"]) expect(isToolUse(said)).toBe(true);
    for (const said of ["stop", "length", "x", undefined]) expect(isToolUse(said)).toBe(false);
  });
});

describe("isCutShort", () => {
  it("tells a limit or a filter from an end of the model's own", () => {
    for (const said of ["length", "token_limit", "SPII"]) expect(isCutShort(said)).toBe(true);
    for (const said of ["stop", "tool_calls", "x", undefined]) expect(isCutShort(said)).toBe(false);
  });
});
