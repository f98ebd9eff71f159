import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { conversationDigest } from "../../../../src/langchain/privacy/conversation-key.js";

const image = (url: string) =>
  new HumanMessage({ content: [{ type: "image_url", image_url: { url } }] });
const digest = (...messages: Parameters<typeof conversationDigest>[0]) =>
  conversationDigest(messages);

describe("conversationDigest", () => {
  it("is none for texts alone, whose key stays LangChain's", () => {
    expect(digest()).toBeUndefined();
    expect(digest(new HumanMessage("a"), new AIMessage("b"))).toBeUndefined();
    expect(digest(new HumanMessage({ content: [{ type: "text", text: "a" }] }))).toBeUndefined();
  });

  it("tells images, reasoning, ids and cut calls apart", () => {
    const digests = [
      digest(image("a")),
      digest(image("b")),
      digest(new AIMessage({ content: "", additional_kwargs: { reasoning_content: "x" } })),
      digest(new ToolMessage({ content: "x", tool_call_id: "1" })),
      digest(new ToolMessage({ content: "x", tool_call_id: "2" })),
      digest(new AIMessage({ content: "", invalid_tool_calls: [{ args: "{" }] })),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests).not.toContain(undefined);
    expect(digest(image("a"))).toBe(digests[0]);
  });

  it("does not give away what it stands for", () => {
    expect(digest(image("https://secret.test"))).not.toContain("secret");
  });
});
