import {
  AIMessage,
  ChatMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { conversationDigest } from "../../../../src/langchain/privacy/conversation-key.js";

const image = (url: string) =>
  new HumanMessage({ content: [{ type: "image_url", image_url: { url } }] });
const digest = (...messages: Parameters<typeof conversationDigest>[0]) =>
  conversationDigest(messages);
const withMetadata = (response_metadata: Record<string, unknown>) =>
  new AIMessage({ content: "x", response_metadata });

describe("conversationDigest", () => {
  it("tells apart all that a model may send", () => {
    const tool = { content: "x", tool_call_id: "1" };
    const conversations = [
      [],
      [new HumanMessage("a")],
      [new HumanMessage({ content: [{ type: "text", text: "a" }] })],
      [new HumanMessage({ content: "a", name: "Ann" })],
      [new SystemMessage("a")],
      [new ChatMessage({ content: "a", role: "Human" })],
      [new ChatMessage({ content: "a", role: "b" })],
      [new HumanMessage("a\nAI: b")],
      [new HumanMessage("a"), new AIMessage("b")],
      [image("a")],
      [image("b")],
      [new AIMessage({ content: "", additional_kwargs: { reasoning_content: "x" } })],
      [new ToolMessage(tool)],
      [new ToolMessage({ ...tool, tool_call_id: "2" })],
      [new ToolMessage({ ...tool, status: "error" })],
      [new AIMessage({ content: "", tool_calls: [{ id: "1", name: "f", args: {} }] })],
      [new AIMessage({ content: "", tool_calls: [{ id: "1", name: "f", args: { a: 1 } }] })],
      [new AIMessage({ content: "", tool_calls: [{ id: "2", name: "f", args: {} }] })],
      [new AIMessage({ content: "", tool_calls: [{ id: "1", name: "g", args: {} }] })],
      [new AIMessage({ content: "", invalid_tool_calls: [{ args: "{" }] })],
      [new AIMessage({ content: "", invalid_tool_calls: [{ args: "{{" }] })],
      [new AIMessage({ content: "", invalid_tool_calls: [{ args: "{", id: "1" }] })],
      [new AIMessage({ content: "", invalid_tool_calls: [{ args: "{", name: "f" }] })],
      [withMetadata({ signature: "s-1" })],
      [withMetadata({ signature: "s-2" })],
    ];
    const digests = conversations.map((messages) => conversationDigest(messages));
    expect(new Set(digests).size).toBe(digests.length);
    expect(digest(image("a"))).toBe(digest(image("a")));
  });

  it("does not tell an answer from the same one, asked for another time", () => {
    const one = withMetadata({
      request_id: "r-1",
      attempts: 1,
      time_to_first_token: 12,
      usage: { total_tokens: 3 },
      finish_reason: "stop",
    });
    const other = new AIMessage({
      content: "x",
      id: "run-2",
      response_metadata: { request_id: "r-2", attempts: 2, time_to_first_token: 9 },
    });
    Object.assign(other, { usage_metadata: { input_tokens: 0, output_tokens: 0 } });
    expect(digest(other)).toBe(digest(one));
  });

  it("does not give away what it stands for", () => {
    expect(digest(image("https://secret.test"))).not.toContain("secret");
  });
});
