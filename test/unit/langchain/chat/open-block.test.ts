import { describe, expect, it } from "vitest";
import { moreOf, openBlock, pieceKind } from "../../../../src/langchain/chat/open-block.js";
import { MessageChunkFactory } from "../../../../src/langchain/chat/message-chunks.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";

describe("OpenBlock", () => {
  it("is the block of the last piece", () => {
    const chunks = new MessageChunkFactory("v1", "1");
    const open = (delta: Delta) => openBlock(delta, chunks.create(delta));
    expect(open({ text: "", reasoning: "r" })).toEqual({ type: "reasoning", index: 0 });
    expect(open({ text: "a" })).toEqual({ type: "text", index: 1 });
    expect(open({ text: "b" })).toEqual({ type: "text", index: 1 });
    expect(open({ text: "a", reasoning: "r" })).toBeUndefined();
    expect(open({ text: "a", finishReason: "stop" })).toBeUndefined();
    expect(open({ text: "" })).toBeUndefined();
    const strings = new MessageChunkFactory("v0", "1");
    expect(openBlock({ text: "a" }, strings.create({ text: "a" }))).toBeUndefined();
  });

  it("takes pieces of its kind", () => {
    expect(pieceKind({ text: "a" })).toBe("text");
    expect(pieceKind({ text: "", reasoning: "a" })).toBe("reasoning");
    expect(pieceKind({ text: "a", reasoning: "a" })).toBeUndefined();
    expect(pieceKind({ text: "" })).toBeUndefined();
    expect(moreOf({ type: "text", index: 1 }, "ab")).toEqual({
      type: "text",
      text: "ab",
      index: 1,
    });
  });
});
