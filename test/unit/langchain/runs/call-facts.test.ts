import { InMemoryCache } from "@langchain/core/caches";
import { AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk, GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import {
  AnswersOnlyCache,
  isFactsOnly,
  noteFactsOnly,
} from "../../../../src/langchain/runs/call-facts.js";

const CALL = { attempts: 1 };

describe("isFactsOnly", () => {
  it("is true for a chunk of a delta that says nothing but of its call", () => {
    const chunk = (text: string) => new GenerationChunk({ text });
    const noted = (delta: Parameters<typeof noteFactsOnly>[0]) =>
      isFactsOnly(noteFactsOnly(delta, chunk(delta.text)));
    expect(noted({ text: "", call: CALL })).toBe(true);
    expect(noted({ text: "a", call: CALL })).toBe(false);
    expect(noted({ text: "", call: CALL, finishReason: "stop" })).toBe(false);
    expect(isFactsOnly(chunk(""))).toBe(false);
  });
});

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
});
