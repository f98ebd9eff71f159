import { describe, expect, it } from "vitest";
import { isNote } from "../../../../src/langchain/chat/note.js";

describe("isNote", () => {
  const cited = { type: "text", text: "", annotations: [{ type: "citation" }] };
  const signed = { type: "reasoning", signature: "s" };
  const image = { type: "image", url: "https://example.com/a.png" };

  it.each([
    { blocks: [cited] },
    { blocks: [cited, signed], text: "", toolCalls: [], usage: { inputTokens: 1 } },
  ])("is %j", (delta) => {
    expect(isNote(delta)).toBe(true);
  });

  it.each([
    {},
    { blocks: [image] },
    { blocks: [cited, image] },
    { blocks: [{ type: "text", text: "b" }] },
    { blocks: [{ type: "reasoning", reasoning: "b" }] },
    { blocks: [cited], text: "b" },
    { blocks: [cited], reasoning: "b" },
    { blocks: [signed], toolCalls: [{ index: 0, name: "f" }] },
  ])("is not %j", (delta) => {
    expect(isNote(delta)).toBe(false);
  });
});
