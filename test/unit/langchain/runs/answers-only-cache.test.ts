import { InMemoryCache } from "@langchain/core/caches";
import { AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk, GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";
import { AnswersOnlyCache } from "../../../../src/langchain/runs/answers-only-cache.js";

describe("AnswersOnlyCache", () => {
  it("keeps answers without what they say of their call, and changes none", async () => {
    const cache = new AnswersOnlyCache(new InMemoryCache(new Map()));
    const facts = { attempts: 2, request_id: "r", time_to_first_token: 5, continued: 1 };
    const message = new AIMessageChunk({
      content: "a",
      response_metadata: { ...facts, model: "m" },
    });
    const chat = new ChatGenerationChunk({ text: "a", message });
    const text = new GenerationChunk({ text: "b", generationInfo: { ...facts, finish: "stop" } });
    await cache.update("p", "k", [chat, text]);
    const [first, second] = (await cache.lookup("p", "k"))! as [
      ChatGenerationChunk,
      GenerationChunk,
    ];
    expect(first.message.response_metadata).toEqual({ model: "m" });
    expect(first.message).toBeInstanceOf(AIMessageChunk);
    expect(second.generationInfo).toEqual({ finish: "stop" });
    expect(message.response_metadata).toMatchObject(facts);
    expect(await cache.lookup("other", "k")).toBeNull();
    first.message.name = "agent";
    first.message.content = "[redacted]";
    const [again] = (await cache.lookup("p", "k")) as [ChatGenerationChunk];
    expect(again.message).toMatchObject({ content: "a", name: undefined });
  });

  it("gives each time an answer of its own, with calls and blocks that may be changed", async () => {
    const cache = new AnswersOnlyCache(new InMemoryCache(new Map()));
    const message = new StreamedMessageChunk({
      content: [{ type: "text", text: "a" }],
      tool_call_chunks: [
        { type: "tool_call_chunk", index: 0, id: "1", name: "f", args: '{"a":1}' },
      ],
    });
    await cache.update("p", "k", [new ChatGenerationChunk({ text: "a", message })]);
    const read = async () => {
      const [answer] = (await cache.lookup("p", "k")) as [ChatGenerationChunk];
      return answer.message as StreamedMessageChunk;
    };
    const [first, second] = [await read(), await read()];
    first.tool_calls![0]!.args.a = 2;
    (first.content as object[]).push({ type: "text", text: "b" });
    first.additional_kwargs.own = true;
    second.tool_calls = [];
    expect(second.tool_calls).toEqual([]);
    for (const untouched of [await read(), message]) {
      expect(untouched).toMatchObject({
        content: [{ type: "text", text: "a" }],
        tool_calls: [{ name: "f", args: { a: 1 } }],
      });
      expect(untouched.content).toHaveLength(1);
      expect(untouched.additional_kwargs).toEqual({});
    }
  });

  it("takes messages of a cache that are plain objects", async () => {
    const store = new Map([["p_k", [{ text: "a", message: { content: "a" } }]]]);
    const plain = { lookup: async () => store.get("p_k"), update: async () => undefined };
    const cache = new AnswersOnlyCache(plain as never);
    expect(await cache.lookup("p", "k")).toMatchObject([{ message: { content: "a" } }]);
  });
});
