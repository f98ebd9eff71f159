import { load } from "@langchain/core/load";
import { AIMessage, AIMessageChunk, type ContentBlock } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  finishedMessageJson,
  registerBlocks,
} from "../../../../src/langchain/chat/message-json.js";

const written = async (message: AIMessageChunk, blocks: readonly ContentBlock[]) =>
  load<AIMessage>(JSON.stringify(finishedMessageJson(message, blocks)));

describe("finishedMessageJson", () => {
  it("is read back as a message of LangChain's, with what it had", async () => {
    const message = new AIMessageChunk({ id: "1", content: "text", name: "n" });
    const read = await written(message, message.contentBlocks);
    expect(read).toBeInstanceOf(AIMessage);
    expect(read).toMatchObject({ id: "1", content: "text", name: "n" });
    expect(read.response_metadata).toEqual({});
  });

  it("shows the same blocks when it is read back", async () => {
    registerBlocks();
    const message = new AIMessageChunk({
      content: "text",
      additional_kwargs: { reasoning_content: "thought" },
    });
    const blocks = [
      { type: "reasoning", reasoning: "thought" },
      { type: "text", text: "text" },
    ];
    expect((await written(message, blocks)).contentBlocks).toEqual(blocks);
  });
});
