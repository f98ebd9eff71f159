import { AIMessage, type AIMessageFields } from "@langchain/core/messages";
import type { ChatGeneration } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { replayChatGeneration } from "../../../../src/langchain/chat/cached-message.js";

const replay = (message: AIMessage) =>
  replayChatGeneration({ text: message.text, message, generationInfo: { a: 1 } } as ChatGeneration);

describe("replayChatGeneration", () => {
  it("is the cached message as a chunk that cost nothing", () => {
    const usage_metadata = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
    const chunk = replay(
      new AIMessage({ id: "1", content: "hi", usage_metadata } as AIMessageFields),
    );
    expect(chunk.message).toMatchObject({ id: "1", content: "hi" });
    expect(chunk.message).toMatchObject({ usage_metadata: { total_tokens: 0 } });
    expect(chunk.generationInfo).toEqual({ a: 1, tokenUsage: {} });
  });

  it("has the calls of a message that has them whole only", () => {
    const { message } = replay(
      new AIMessage({
        content: "",
        tool_calls: [{ id: "1", name: "f", args: { a: 1 } }],
        invalid_tool_calls: [{ id: "2", name: "g", args: "{", error: "cut off" }],
      }),
    );
    expect(message).toMatchObject({
      tool_call_chunks: [
        { id: "1", name: "f", args: '{"a":1}', index: 0 },
        { id: "2", name: "g", args: "{", index: 1 },
      ],
      tool_calls: [{ id: "1", args: { a: 1 } }],
      invalid_tool_calls: [{ id: "2" }],
    });
  });

  it("makes no call of one that was cut off, though its cache says not why", () => {
    const { message } = replay(
      new AIMessage({
        content: "",
        invalid_tool_calls: [
          { id: "1", name: "f", args: "" },
          { id: "2", name: "g", args: '{"a":1}' },
        ],
      }),
    );
    expect(message).toMatchObject({
      tool_calls: [],
      invalid_tool_calls: [
        { id: "1", error: "The call was not complete." },
        { id: "2", error: "The call was not complete." },
      ],
    });
  });
});
