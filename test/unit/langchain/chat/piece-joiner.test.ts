import { describe, expect, it } from "vitest";
import { MessageChunkFactory } from "../../../../src/langchain/chat/message-chunks.js";
import { PieceJoiner } from "../../../../src/langchain/chat/piece-joiner.js";

describe("PieceJoiner", () => {
  it("makes one chunk of text, reasoning and logprobs", () => {
    const pieces = new PieceJoiner();
    expect(pieces.add({ text: "", reasoning: "so" }, "")).toBe(true);
    expect(pieces.add({ text: "a", logprobs: [1] }, "")).toBe(true);
    expect(pieces.add({ text: "b", logprobs: [2] }, "")).toBe(true);
    expect(pieces.take()?.message).toMatchObject({
      content: "ab",
      additional_kwargs: { reasoning_content: "so" },
      response_metadata: { logprobs: [1, 2] },
    });
    expect(pieces.take()).toBeUndefined();
  });

  it("leaves out what is more than a piece", () => {
    const pieces = new PieceJoiner();
    expect(pieces.add({ text: "a", finishReason: "stop" }, "")).toBe(false);
    expect(pieces.add({ text: "", toolCalls: [] }, "")).toBe(false);
    expect(pieces.take()).toBeUndefined();
  });

  it("joins to the block that is open those of its kind, and no others", () => {
    const pieces = new PieceJoiner();
    const first = { text: "a" };
    const chunk = new MessageChunkFactory("v1", "1").create(first);
    const { content } = chunk.message;
    expect(pieces.add(first, content)).toBe(false);
    expect(pieces.add({ text: "" }, content)).toBe(false);
    pieces.goOnBehind(first, chunk);
    expect(pieces.add({ text: "", reasoning: "so" }, content)).toBe(false);
    expect(pieces.add({ text: "b" }, content)).toBe(true);
    expect(pieces.take()?.message.content).toEqual([{ type: "text", text: "b", index: 0 }]);
    pieces.closeBlock();
    expect([pieces.isInBlock, pieces.add({ text: "c" }, content)]).toEqual([false, false]);
  });

  it("forgets all where the answer begins anew", () => {
    const pieces = new PieceJoiner();
    pieces.add({ text: "a" }, "");
    pieces.clear();
    expect(pieces.take()).toBeUndefined();
  });
});
