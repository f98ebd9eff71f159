import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { AIMessageChunk } from "@langchain/core/messages";
import { type BaseMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { HttpStreamingChatModel } from "../../../src/langchain/http-streaming-chat-model.js";
import type { StreamDelta } from "../../../src/streaming/delta/stream-delta.js";
import { scriptedTransport } from "../../../src/testing/index.js";

class Chat extends HttpStreamingChatModel<StreamDelta> {
  endpoint = "http://models.test/";
  _llmType() {
    return "test";
  }
  buildPayload(messages: BaseMessage[], { tools }: this["ParsedCallOptions"]) {
    return { messages: messages.map(({ text }) => text), tools };
  }
  parseChunk(record: StreamDelta) {
    return record;
  }
}
const deltas: StreamDelta[] = [
  { text: "a" },
  { toolCalls: [{ index: 0, id: "1", name: "f", args: "{}" }] },
  { usage: { inputTokens: 1, outputTokens: 2 }, finishReason: "tool_calls" },
];
const headers = { "content-type": "application/x-ndjson" };
const body = deltas.map((delta) => `${JSON.stringify(delta)}\n`).join("");
const chat = () => {
  const transport = scriptedTransport([{ headers, body }]);
  return { transport, model: new Chat({ transport }) };
};
const WHOLE = {
  content: "a",
  tool_calls: [{ id: "1", name: "f", args: {} }],
  usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
};

describe("HttpStreamingChatModel", () => {
  it("is a chat model of LangChain's, of three hooks", async () => {
    const { model, transport } = chat();
    expect(model).toBeInstanceOf(BaseChatModel);
    expect(await model.invoke("Why?")).toMatchObject(WHOLE);
    expect(transport.requests).toMatchObject([{ body: '{"messages":["Why?"]}' }]);
  });

  it("streams on both paths", async () => {
    const chunks: AIMessageChunk[] = [];
    for await (const chunk of await chat().model.stream("x")) chunks.push(chunk);
    for (const all of [chunks, [...chat().model.streamSync("x")]]) {
      expect(all.reduce((whole, chunk) => whole.concat(chunk))).toMatchObject(WHOLE);
    }
    expect(chat().model.invokeSync("x")).toMatchObject(WHOLE);
  });

  it("binds tools, which its hooks get as definitions", async () => {
    const { model, transport } = chat();
    const parameters = { type: "object", properties: {} };
    await model.bindTools([{ name: "f", schema: parameters }]).invoke("x");
    expect(JSON.parse(transport.requests[0]!.body as string)).toMatchObject({
      tools: [{ type: "function", function: { name: "f", parameters } }],
    });
  });
});
