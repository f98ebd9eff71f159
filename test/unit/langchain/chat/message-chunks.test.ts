import {
  AIMessage,
  AIMessageChunk,
  type AIMessageChunkFields,
  type ToolCallChunk,
} from "@langchain/core/messages";
import type { ChatGeneration, ChatGenerationChunk } from "@langchain/core/outputs";
import { concat } from "@langchain/core/utils/stream";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { StreamedMessageChunk, type StreamDelta } from "http-streaming-llm";
import { replayChatGeneration } from "../../../../src/langchain/chat/cached-message.js";
import { MessageChunkFactory } from "../../../../src/langchain/chat/message-chunks.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import {
  anyDeltas,
  collector,
  cutAnswer,
  RUN_ID,
  RUNS,
  throughPipeline,
  version,
} from "../../../helpers/chat-deltas.js";
import { shown } from "../../../helpers/chat-fixtures.js";
import { budget } from "../../../helpers/properties.js";
import { expectProportional } from "../../../helpers/proportional.js";

function messageOf(chunks: readonly ChatGenerationChunk[]): AIMessageChunk {
  const messages = chunks.map(({ message }) => message as AIMessageChunk);
  return messages.reduce((all, message) => concat(all, message));
}

function chunksOf(deltas: readonly Delta[], ...[outputVersion]: Parameters<typeof collector>) {
  const answer = collector(outputVersion);
  return { answer, chunks: deltas.map((delta) => answer.add(delta)) };
}

describe("MessageChunkFactory", () => {
  it("makes chunks that concatenate to one message, however the answer was cut", () => {
    fc.assert(
      fc.property(cutAnswer, version, ({ once, again }, outputVersion) => {
        const [first, second] = [once, again].map((deltas) =>
          messageOf(chunksOf(throughPipeline(deltas), outputVersion).chunks),
        );
        expect(shown(second!)).toEqual(shown(first!));
      }),
      RUNS,
    );
  });

  it("puts the delta's own finish reason and model over those of the metadata, said earlier or not", () => {
    const own = { finish_reason: "content", model: "alias", output_version: "v1" };
    const metadataOf = (deltas: Delta[]) =>
      messageOf(chunksOf(deltas, "v0").chunks).response_metadata;
    const end = { text: "", call: { attempts: 1 } };
    expect(
      metadataOf([
        { text: "a", metadata: { ...own, region: "eu" } },
        { text: "", finishReason: "length", model: "true" },
        end,
      ]),
    ).toEqual({
      finish_reason: "length",
      model: "true",
      model_name: "true",
      model_provider: "http-streaming-llm",
      region: "eu",
      attempts: 1,
    });
    const others = { ...own, model_provider: "deepseek" };
    expect(metadataOf([{ text: "a", metadata: others }, end])).toEqual({
      finish_reason: "content",
      model: "alias",
      model_provider: "deepseek",
      attempts: 1,
    });
  });

  it("makes chunks of which each can be read, copied and stored", () => {
    fc.assert(
      fc.property(anyDeltas, version, (records, outputVersion) => {
        for (const { message, text } of chunksOf(throughPipeline(records), outputVersion).chunks) {
          expect(message.text).toBe(text);
          expect(message.contentBlocks).toBeInstanceOf(Array);
          expect(message).toBeInstanceOf(StreamedMessageChunk);
          const copy = new StreamedMessageChunk({ ...message });
          expect(copy.contentBlocks).toEqual(message.contentBlocks);
        }
      }),
      RUNS,
    );
  });

  it("names the message by the provider's id only if that came first", () => {
    const named = chunksOf([{ text: "", id: "m1" }, { text: "a" }], "v0").chunks;
    expect(named.map(({ message }) => message.id)).toEqual(["m1", "m1"]);
    const late = collector("v0");
    const ids = [late.add({ text: "a" }), late.add({ text: "b", id: "m1" })].map(
      ({ message }) => message.id,
    );
    expect(new Set(ids)).toEqual(new Set([`run-${RUN_ID}`]));
  });

  it("gives a fact once that comes as metadata and as a field", () => {
    const deltas: Delta[] = [
      { text: "a", metadata: { finish_reason: "stop", model_name: "qwen" } },
      { text: "b" },
      { text: "c", model: "qwen", finishReason: "stop" },
    ];
    const { response_metadata } = messageOf(chunksOf(deltas, "v0").chunks);
    expect(response_metadata).toEqual({
      finish_reason: "stop",
      model: "qwen",
      model_name: "qwen",
    });
  });

  it("adds to a fact only what is new: no sum, no longer text, no error", () => {
    const deltas = [
      { timing: { n: 1, word: "a", of: { ms: 1 } }, sources: ["x"], constructor: { n: 1 } },
      { timing: { n: 2, word: "b", of: { ms: 2, s: 3 } }, sources: ["x", "y"], constructor: 2 },
      { timing: { n: "3", done: true }, sources: ["z"] },
      { timing: { n: 4, done: false }, sources: {} },
    ].map((metadata) => ({ text: "a", metadata }));
    const { answer, chunks } = chunksOf(deltas, "v0");
    const { response_metadata } = messageOf(chunks);
    expect(response_metadata).toEqual({
      timing: { n: 1, word: "a", of: { ms: 1, s: 3 }, done: true },
      sources: ["x", "y", "z"],
      constructor: { n: 1 },
    });
    expect(answer.message().response_metadata).toEqual(response_metadata);
  });

  it("keeps the order in which blocks began (v1)", () => {
    const deltas: Delta[] = [
      { text: "", reasoning: "a" },
      { text: "b" },
      { text: "", toolCalls: [{ index: 0, id: "c", name: "f", args: "{" }] },
      { text: "d" },
      { text: "", toolCalls: [{ index: 0, args: "}" }] },
      { text: "e" },
      { text: "", reasoning: "f" },
    ];
    expect(messageOf(chunksOf(deltas, "v1").chunks).contentBlocks).toMatchObject([
      { type: "reasoning", reasoning: "a" },
      { type: "text", text: "b" },
      { type: "tool_call", id: "c", name: "f", args: {} },
      { type: "text", text: "de" },
      { type: "reasoning", reasoning: "f" },
    ]);
  });
});

describe("MessageAccumulator", () => {
  it("gives what LangChain's concat makes of its chunks, at every point", () => {
    fc.assert(
      fc.property(anyDeltas, version, fc.boolean(), (records, outputVersion, asksOften) => {
        const answer = collector(outputVersion);
        let all: ChatGenerationChunk | undefined;
        for (const delta of throughPipeline(records)) {
          const chunk = answer.add(delta);
          all = all === undefined ? chunk : concat(all, chunk);
          if (asksOften) expect(shown(answer.message())).toEqual(shown(all.message));
        }
        expect(shown(answer.message())).toEqual(shown(all!.message));
        expect(answer.generation()?.generationInfo).toEqual(all!.generationInfo);
        expect(answer.text).toBe(all!.text);
      }),
      RUNS,
    );
  });

  it("takes time in proportion to the answer", () => {
    expectProportional(20_000, (count) => {
      const answer = collector("v0");
      for (let index = 0; index < count; index++) answer.add({ text: "token " });
      answer.message();
    });
  });

  it("puts calls together without LangChain's concat, which copies them all for every piece", () => {
    const many = (_: unknown, index: number): StreamDelta => ({
      toolCalls: [{ index, id: `c${index}`, name: "f", args: '{"x":1}' }],
    });
    const long = [
      { toolCalls: [{ index: 0, id: "a", name: "f", args: '{"x":"' }] },
      ...Array<StreamDelta>(5_000).fill({ toolCalls: [{ index: 0, args: "piece " }] }),
      { toolCalls: [{ index: 0, args: '"}' }] },
    ];
    const spy = vi.spyOn(AIMessageChunk.prototype, "concat");
    for (const outputVersion of ["v0", "v1"] as const) {
      for (const deltas of [Array.from({ length: 5_000 }, many), long]) {
        spy.mockClear();
        const answer = collector(outputVersion);
        for (const delta of throughPipeline(deltas)) answer.collect(delta);
        const { tool_calls, contentBlocks } = answer.message();
        expect(tool_calls).toHaveLength(contentBlocks.length);
        expect(spy.mock.calls.length).toBeLessThan(5);
      }
    }
    spy.mockRestore();
  });

  it("keeps the calls in their places among what came between them (v1)", () => {
    const call = (index: number, args: string): StreamDelta => ({
      toolCalls: [{ index, ...(args === '{"x"' && { id: `c${index}`, name: "f" }), args }],
    });
    const answer = collector("v1");
    const deltas: StreamDelta[] = [
      call(0, '{"x"'),
      { text: "a" },
      call(1, '{"x"'),
      call(0, ":1}"),
      { blocks: [{ type: "image", url: "https://example.com/a.png" }] },
      call(1, ":2}"),
      { text: "b", done: true },
    ];
    for (const delta of throughPipeline(deltas)) answer.collect(delta);
    expect(answer.message().contentBlocks).toMatchObject([
      { type: "tool_call", id: "c0", args: { x: 1 } },
      { type: "text", text: "a" },
      { type: "tool_call", id: "c1", args: { x: 2 } },
      { type: "image" },
      { type: "text", text: "b" },
    ]);
  });

  it("gives the calls of a cached message of any class again, valid and invalid", () => {
    const message = new AIMessage({
      content: "",
      tool_calls: [{ id: "a", name: "f", args: { x: 1 } }],
      invalid_tool_calls: [{ id: "b", name: "g", args: '{"y":', error: "cut" }],
    });
    const replayed = replayChatGeneration({ text: "", message } as ChatGeneration);
    const { tool_calls, invalid_tool_calls } = replayed.message as AIMessageChunk;
    expect(tool_calls).toEqual([{ type: "tool_call", id: "a", name: "f", args: { x: 1 } }]);
    expect(invalid_tool_calls).toMatchObject([{ id: "b", name: "g", args: '{"y":', error: "cut" }]);
  });

  it("has an empty message before anything came", () => {
    const answer = collector("v0");
    expect(answer.message().content).toBe("");
    expect(answer.generation()).toBeUndefined();
    expect(answer.result()).toEqual({ generations: [[]] });
  });
});

describe("StreamedMessageChunk", () => {
  it("shows reasoning, text, refusal and tool calls as content blocks", () => {
    const message = new StreamedMessageChunk({
      content: "text",
      additional_kwargs: { reasoning_content: "thought", refusal: "no" },
      tool_call_chunks: [
        { index: 0, id: "a", name: "f", args: '{"x":1}' },
        { index: 1, id: "b", name: "g", args: '{"x":' },
        { index: 2, id: "c", name: "h", args: " " },
      ],
    });
    expect(message.contentBlocks).toEqual([
      { type: "reasoning", reasoning: "thought" },
      { type: "text", text: "text" },
      { type: "refusal", refusal: "no" },
      { type: "tool_call", id: "a", name: "f", args: { x: 1 } },
      { type: "tool_call_chunk", index: 1, id: "b", name: "g", args: '{"x":' },
      { type: "tool_call", id: "c", name: "h", args: {} },
    ]);
  });

  it("shows the complete tool calls that it was made with", () => {
    const tool_calls = [{ id: "a", name: "f", args: { x: 1 } }];
    expect(new StreamedMessageChunk({ content: "", tool_calls }).contentBlocks).toEqual([
      { type: "tool_call", id: "a", name: "f", args: { x: 1 } },
    ]);
  });

  it("refuses calls that were cut off once the answer is over, and not before", () => {
    const tool_call_chunks = [
      { index: 0, id: "a", name: "f", args: '{"x":1}' },
      { index: 1, id: "b", name: "g", args: '{"x":"y' },
    ];
    const open = new StreamedMessageChunk({ content: "", tool_call_chunks });
    expect(open.tool_calls).toMatchObject([
      { id: "a", args: { x: 1 } },
      { id: "b", args: { x: "y" } },
    ]);
    const response_metadata = { finish_reason: "length" };
    const over = concat(open, new StreamedMessageChunk({ content: "", response_metadata }));
    expect(over.tool_calls).toMatchObject([{ id: "a", args: { x: 1 } }]);
    expect(over.invalid_tool_calls).toMatchObject([{ id: "b", name: "g", args: '{"x":"y' }]);
    expect(over.contentBlocks).toMatchObject([
      { type: "tool_call", id: "a" },
      { type: "invalid_tool_call", id: "b", args: '{"x":"y' },
    ]);
  });

  it("has the calls that LangChain's own class makes of its chunks, while the answer goes on", () => {
    const chunk = fc.record(
      {
        index: fc.nat(2),
        id: fc.constantFrom("a", "b", ""),
        name: fc.constantFrom("f", "g"),
        args: fc.constantFrom("", " ", "{", '{"x":', '"y', '"}', "1}", "{}", "[1]", "nonsense"),
        isCustomTool: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 5 }), (chunks) => {
        const fields = { content: "", tool_call_chunks: chunks as ToolCallChunk[] };
        const [own, plain] = [new StreamedMessageChunk(fields), new AIMessageChunk(fields)];
        expect(own.tool_calls).toEqual(plain.tool_calls);
        expect(own.invalid_tool_calls).toEqual(plain.invalid_tool_calls);
        expect(JSON.parse(JSON.stringify(own.lc_kwargs))).toEqual(
          JSON.parse(JSON.stringify(plain.lc_kwargs)),
        );
      }),
      budget(5),
    );
  });

  it("never has a call that is marked as none, and says why", () => {
    const error = "The arguments of the call are not a JSON object.";
    const chunks = [{ index: 0, id: "a", name: "f", args: "{x:1}" }] as ToolCallChunk[];
    const open = new StreamedMessageChunk({ content: "", tool_call_chunks: chunks });
    const mark = { index: 0, args: "", error } as ToolCallChunk;
    const message = concat(
      open,
      new StreamedMessageChunk({ content: "", tool_call_chunks: [mark] }),
    );
    const call = { type: "invalid_tool_call", id: "a", name: "f", args: "{x:1}", error };
    for (const copy of [
      message,
      new StreamedMessageChunk({ ...message } as unknown as AIMessageChunkFields),
    ]) {
      expect(copy.tool_calls).toEqual([]);
      expect(copy.invalid_tool_calls).toEqual([call]);
      expect(copy.contentBlocks).toEqual([call]);
      expect(copy.toDict().data).toMatchObject({ tool_calls: [], invalid_tool_calls: [call] });
    }
  });

  it("lets its calls be set, as LangChain's own class does", () => {
    const tool_call_chunks = [{ index: 0, id: "a", name: "f", args: "{}" }];
    const message = new StreamedMessageChunk({ content: "", tool_call_chunks });
    message.tool_calls = [];
    expect(message.tool_calls).toEqual([]);
    expect(message.invalid_tool_calls).toEqual([]);
  });

  it("leaves it to LangChain where the author named a provider that LangChain knows", () => {
    const message = new StreamedMessageChunk({
      content: "text",
      response_metadata: { model_provider: "deepseek" },
      additional_kwargs: { reasoning_content: "thought" },
    });
    expect(message.contentBlocks).toMatchObject([
      { type: "reasoning", reasoning: "thought" },
      { type: "text", text: "text" },
    ]);
  });

  it("stays one when it is concatenated, and is an AIMessageChunk in LangChain's eyes", () => {
    const message = concat(new StreamedMessageChunk("a"), new StreamedMessageChunk("b"));
    expect(message).toBeInstanceOf(StreamedMessageChunk);
    expect(AIMessage.isInstance(message)).toBe(true);
    expect(message.toDict().type).toBe("ai");
  });
});

describe("MessageChunkFactory by itself", () => {
  it("names the message of every chunk, and makes no plain one of what holds more", () => {
    const factory = new MessageChunkFactory("v0", RUN_ID);
    const ids = ["a", "b"].map((text) => factory.create({ text }).message.id);
    expect(new Set(ids).size).toBe(1);
    expect(factory.pieceMessage({ text: "", id: "1" })).toBeUndefined();
  });
});
