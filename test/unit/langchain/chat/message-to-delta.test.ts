import { AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { adaptChatChunk } from "../../../../src/langchain/chat/message-to-delta.js";

const message = (fields: object) => new AIMessageChunk({ content: "", ...fields });

describe("adaptChatChunk", () => {
  it("says a message in the words of a delta", () => {
    const delta = adaptChatChunk(
      message({
        id: "1",
        content: "text",
        additional_kwargs: { reasoning_content: "thought" },
        tool_call_chunks: [{ type: "tool_call_chunk", index: 0, id: "c", name: "f", args: "{" }],
        usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      }),
    );
    expect(delta).toMatchObject({
      id: "1",
      text: "text",
      reasoning: "thought",
      toolCalls: [{ index: 0, id: "c", name: "f", args: "{" }],
      usage: { inputTokens: 1, outputTokens: 2 },
    });
  });

  it("takes a generation's word for why it ended", () => {
    const chunk = new ChatGenerationChunk({
      text: "a",
      message: message({ content: "a" }),
      generationInfo: { finish_reason: "stop", region: "eu" },
    });
    expect(adaptChatChunk(chunk)).toMatchObject({
      text: "a",
      finishReason: "stop",
      metadata: { region: "eu" },
    });
  });

  it("leaves alone what is neither", () => {
    expect(adaptChatChunk({ text: "a" })).toBeUndefined();
    expect(adaptChatChunk(new Date())).toBeUndefined();
    expect(adaptChatChunk(new Map([["content", 1]]))).toBeUndefined();
  });
});
