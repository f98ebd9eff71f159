import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { refuseChatParts } from "../../../../src/langchain/text/chat-parts.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";

const check = (delta: StreamDelta) => () => refuseChatParts(delta, "parseResponse");

describe("refuseChatParts", () => {
  it("refuses tool calls, refusals and blocks, which a text cannot deliver", () => {
    expect(check({ toolCalls: [{ index: 0 }] })).toThrow(HookError);
    expect(check({ refusal: "No." })).toThrow(/^parseResponse returned refusal/);
    expect(check({ blocks: [{ type: "image" }] })).toThrow(/returned blocks/);
  });

  it("takes those that hold nothing", () => {
    expect(check({ toolCalls: [], refusal: null, blocks: [] })).not.toThrow();
    expect(check({ text: "a", refusal: "" })).not.toThrow();
  });
});
