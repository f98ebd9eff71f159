import { describe, expect, it } from "vitest";
import { finishReason } from "../../../../src/langchain/chat/finish-reasons.js";

describe("finishReason", () => {
  it.each([
    ["stop", "stop"],
    ["END_TURN", "stop"],
    ["max_tokens", "length"],
    ["function_call", "tool_use"],
    ["SAFETY", "content_filter"],
    ["something new", undefined],
    [undefined, undefined],
  ])("of %j is %j", (said, reason) => {
    expect(finishReason(said)).toBe(reason);
  });
});
