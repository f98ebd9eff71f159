import type { AIMessageChunkFields } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import {
  factsIn,
  remade,
  withoutCallsAndFacts,
} from "../../../../src/langchain/chat/remade-chunk.js";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";

const FACTS = { model: "m", list: [1] };
const CALL = { type: "tool_call_chunk" as const, index: 0, id: "a", name: "f", args: "{}" };

const chunk = () =>
  new ChatGenerationChunk({
    text: "a",
    generationInfo: FACTS,
    message: new StreamedMessageChunk({
      id: "run-1",
      content: [{ type: "text", text: "a", index: 0 }, CALL],
      response_metadata: { ...FACTS, output_version: "v1" },
      usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      tool_call_chunks: [CALL],
    } as unknown as AIMessageChunkFields),
  });

describe("remade", () => {
  it("copies what may be changed", () => {
    const original = chunk();
    const copy = remade(original, {});
    expect(copy).toMatchObject({ text: "a", generationInfo: FACTS });
    expect(copy.message.content).toEqual(original.message.content);
    expect(copy.message.content[0]).not.toBe(original.message.content[0]);
    expect(copy.message).toMatchObject({ id: "run-1", usage_metadata: { total_tokens: 3 } });
  });

  it("takes other parts in place of its own", () => {
    const copy = remade(chunk(), {
      text: "b",
      content: "b",
      info: { a: 1 },
      response_metadata: {},
    });
    expect(copy).toMatchObject({ text: "b", generationInfo: { a: 1 } });
    expect(copy.message).toMatchObject({ content: "b", response_metadata: {} });
  });
});

describe("factsIn", () => {
  it("finds the facts that stand in the message, not those in whose place other things do", () => {
    const told = chunk();
    told.generationInfo = { ...FACTS, output_version: "v0", other: 1 };
    expect(factsIn(told)).toEqual(FACTS);
  });
});

describe("withoutCallsAndFacts", () => {
  it("leaves out the facts", () => {
    const copy = withoutCallsAndFacts(chunk(), FACTS);
    expect(copy.generationInfo).toEqual({});
    expect(copy.message.response_metadata).toEqual({ output_version: "v1" });
  });

  it("leaves out the calls, in the content, too", () => {
    const { message } = withoutCallsAndFacts(chunk(), FACTS);
    expect(message.content).toEqual([{ type: "text", text: "a", index: 0 }]);
    expect(message).toMatchObject({ tool_call_chunks: [], tool_calls: [] });
  });
});
