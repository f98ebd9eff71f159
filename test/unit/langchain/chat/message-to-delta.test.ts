import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { adaptChatChunk } from "../../../../src/langchain/chat/message-to-delta.js";

const message = (fields: object) => new AIMessageChunk({ content: "", ...fields });

describe("adaptChatChunk", () => {
  it("says a message in the words of a delta", () => {
    const deltas = adaptChatChunk(
      message({
        id: "1",
        content: "text",
        additional_kwargs: { reasoning_content: "thought" },
        tool_call_chunks: [{ type: "tool_call_chunk", index: 0, id: "c", name: "f", args: "{" }],
        usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      }),
    );
    const delta = {
      id: "1",
      text: "text",
      reasoning: "thought",
      toolCalls: [{ index: 0, id: "c", name: "f", args: "{" }],
      usage: { inputTokens: 1, outputTokens: 2 },
    };
    expect(deltas).toMatchObject([delta]);
  });

  it("takes a generation's word for why it ended", () => {
    const chunk = new ChatGenerationChunk({
      text: "a",
      message: message({ content: "a" }),
      generationInfo: { finish_reason: "stop", region: "eu" },
    });
    const delta = { text: "a", finishReason: "stop", metadata: { region: "eu" } };
    expect(adaptChatChunk(chunk)).toMatchObject([delta]);
  });

  it("keeps the order of content in blocks, and what belongs to a text or a thought", () => {
    const image = { type: "image", url: "https://i" };
    const citation = { annotations: [{ type: "citation", url: "https://c" }] };
    const content = [
      { type: "reasoning", reasoning: "hm", signature: "s", index: 0 },
      { type: "text", text: "a", annotations: [], index: 1 },
      image,
      { type: "text", text: "b", ...citation },
    ];
    const usage_metadata = { input_tokens: 1, output_tokens: 2, total_tokens: 3 };
    expect(adaptChatChunk(message({ id: "1", content, usage_metadata }))).toMatchObject([
      { id: "1", reasoning: "hm", blocks: [{ type: "reasoning", signature: "s" }] },
      { text: "a", blocks: undefined },
      { blocks: [image] },
      { text: "b", blocks: [{ type: "text", text: "", ...citation }], usage: { outputTokens: 2 } },
    ]);
  });

  it("keeps invalid calls, and log probabilities that are the same again", () => {
    const invalid_tool_calls = [{ id: "c", name: "f", args: "{}", error: "no such tool" }];
    const logprobs = { content: [{ token: "a", logprob: -1 }] };
    const delta = { toolCalls: invalid_tool_calls, logprobs, metadata: {} };
    const fields = { content: "", invalid_tool_calls, response_metadata: { logprobs } };
    expect(adaptChatChunk(new AIMessage(fields))).toMatchObject([delta]);
  });

  it("leaves alone what is neither", () => {
    expect(adaptChatChunk({ text: "a" })).toBeUndefined();
    expect(adaptChatChunk(new Date())).toBeUndefined();
    expect(adaptChatChunk(new Map([["content", 1]]))).toBeUndefined();
  });
});
