import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import { ChatModelStream } from "@langchain/core/language_models/stream";
import type { AIMessage, AIMessageChunk, ContentBlock } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelStreamError, StreamAbortError, type StreamDelta } from "http-streaming-llm";
import { toolCallDelta } from "../../../../src/langchain/core-members.js";
import { ContentBlockEvents } from "../../../../src/langchain/chat/content-block-events.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import { useScriptedServer } from "../../../helpers/scripted-server.js";
import { anyDeltas, collector, RUNS, throughPipeline } from "../../../helpers/chat-deltas.js";
import { answer, chatAnswering, DeltaChat } from "../../../helpers/chat-fixtures.js";
import { Recorder } from "../../../helpers/chat-recorder.js";

function eventsOf(deltas: readonly Delta[]) {
  const whole = collector("v1");
  const events = new ContentBlockEvents();
  const all: ChatModelStreamEvent[] = [];
  for (const delta of deltas) {
    all.push(...events.take(delta, whole.add(delta).message as AIMessageChunk));
  }
  all.push(...events.end(whole.message()));
  return { events: all, message: whole.message() };
}

/** Which kinds of delta a block may get. */
const DELTAS: Record<string, string> = {
  text: "text-delta",
  reasoning: "reasoning-delta",
  refusal: "block-delta",
  tool_call_chunk: toolCallDelta("", "").type,
};

/** The protocol, as LangChain's own event types describe it; gives the finished blocks. */
function expectValid(events: readonly ChatModelStreamEvent[]): ContentBlock[] {
  const open = new Map<number, ContentBlock>();
  const finished: ContentBlock[] = [];
  let started = 0;
  expect(events[0]?.event).toBe("message-start");
  expect(events.at(-1)?.event).toBe("message-finish");
  for (const event of events.slice(1, -1)) {
    switch (event.event) {
      case "content-block-start":
        expect(event.index).toBe(started++);
        open.set(event.index, event.content);
        break;
      case "content-block-delta": {
        const block = open.get(event.index);
        expect(block, "a delta of a block that is not open").toBeDefined();
        expect(event.delta.type).toBe(DELTAS[block!.type]);
        break;
      }
      case "content-block-finish":
        expect(open.delete(event.index), "a finish of a block that is not open").toBe(true);
        finished[event.index] = event.content;
        break;
      default:
        expect.fail(`${event.event} between start and finish`);
    }
  }
  expect(open.size, "blocks left open").toBe(0);
  return finished;
}

async function assembled(events: readonly ChatModelStreamEvent[]): Promise<AIMessage> {
  async function* replay() {
    yield* events;
  }
  return await new ChatModelStream(replay());
}

/** The blocks of a message, without what is about their way to it. */
function plain(blocks: readonly ContentBlock[]): object[] {
  return blocks.map(({ index, ...block }) => {
    if (block.type !== "tool_call_chunk" && block.type !== "invalid_tool_call") return block;
    const { error, ...call } = block;
    return { ...call, type: "unfinished" };
  });
}

describe("ContentBlockEvents", () => {
  it("keeps the protocol for any deltas: each block started once, filled, finished once", () => {
    fc.assert(
      fc.property(anyDeltas, (records) => {
        expectValid(eventsOf(throughPipeline(records)).events);
      }),
      RUNS,
    );
  });

  it("tells the blocks that the message has (v1)", async () => {
    await fc.assert(
      fc.asyncProperty(anyDeltas, async (records) => {
        const { events, message } = eventsOf(throughPipeline(records));
        expect(plain(expectValid(events))).toEqual(plain(message.contentBlocks));
        const told = await assembled(events);
        expect(told.text).toBe(message.text);
        expect(told.id).toBe(message.id);
        expect(told.usage_metadata).toEqual(message.usage_metadata);
      }),
      RUNS,
    );
  });

  it("fills the blocks by deltas: those alone give the finished blocks", () => {
    fc.assert(
      fc.property(anyDeltas, (records) => {
        const { events } = eventsOf(throughPipeline(records));
        const texts = new Map<number, string>();
        for (const event of events) {
          if (event.event === "content-block-delta") {
            const { delta, index } = event;
            const piece =
              delta.type === "text-delta"
                ? delta.text
                : delta.type === "reasoning-delta"
                  ? delta.reasoning
                  : delta.type === "tool-call-delta"
                    ? delta.args
                    : "";
            const soFar = delta.type === "block-delta" ? delta.fields.args : undefined;
            texts.set(index, typeof soFar === "string" ? soFar : (texts.get(index) ?? "") + piece);
          } else if (event.event === "content-block-finish") {
            const { type, text, reasoning, args } = event.content;
            const filled = texts.get(event.index) ?? "";
            if (type === "text") expect(text).toBe(filled);
            if (type === "reasoning") expect(reasoning).toBe(filled);
            if (type === "invalid_tool_call") expect(args).toBe(filled);
            if (type === "tool_call") expect(args).toEqual(JSON.parse(filled.trim() || "{}"));
          }
        }
      }),
      RUNS,
    );
  });

  it("tells citations and signatures in the block that they belong to, as the message has them", async () => {
    const cite = (url: string) => ({
      blocks: [{ type: "text", text: "", annotations: [{ url }] }],
    });
    const sign = (signature: string) => ({ blocks: [{ type: "reasoning", signature }] });
    const { events, message } = eventsOf(
      throughPipeline([
        { reasoning: "h" },
        { reasoning: "m" },
        sign("1"),
        sign("2"),
        { reasoning: "so", ...sign("3") },
        { text: "a" },
        cite("1"),
        cite("2"),
        { text: "b", ...cite("3") },
      ]),
    );
    const blocks = [
      { type: "reasoning", reasoning: "hm", signature: "1" },
      { type: "reasoning", signature: "2" },
      { type: "reasoning", reasoning: "so", signature: "3" },
      { type: "text", text: "a", annotations: [{ url: "1" }, { url: "2" }] },
      { type: "text", text: "b", annotations: [{ url: "3" }] },
    ];
    expect(plain(message.contentBlocks)).toEqual(blocks);
    expect((await assembled(events)).content).toEqual(blocks);
  });

  it("gives text and a tool call that both have index 0 places of their own", () => {
    const { events } = eventsOf(
      throughPipeline([
        { text: "Let me see." },
        { toolCalls: [{ index: 0, id: "a", name: "f", args: '{"x":' }] },
        { text: "Hm." },
        { toolCalls: [{ index: 0, args: "1}" }], finishReason: "tool_calls" },
      ]),
    );
    expect(expectValid(events)).toEqual([
      { type: "text", text: "Let me see." },
      { type: "tool_call", id: "a", name: "f", args: { x: 1 } },
      { type: "text", text: "Hm." },
    ]);
  });

  it("says in LangChain's words why the answer ended, and keeps the provider's", () => {
    const reasons: Record<string, string | undefined> = {
      stop: "stop",
      end_turn: "stop",
      STOP: "stop",
      max_tokens: "length",
      tool_calls: "tool_use",
      content_filter: "content_filter",
      SAFETY: "content_filter",
      weather: undefined,
    };
    for (const [finishReason, reason] of Object.entries(reasons)) {
      const last = eventsOf([{ text: "", finishReason }]).events.at(-1);
      expect(last).toEqual({
        event: "message-finish",
        ...(reason !== undefined && { reason }),
        responseMetadata: { finish_reason: finishReason },
      });
    }
  });

  it("gives a tool call that was cut off as an invalid one", () => {
    const toolCalls = [{ index: 0, id: "a", name: "f", args: '{"x":' }];
    expect(expectValid(eventsOf([{ text: "", toolCalls }]).events)).toEqual([
      expect.objectContaining({ type: "invalid_tool_call", id: "a", name: "f", args: '{"x":' }),
    ]);
  });
});

describe("HttpStreamingChatModel.streamEvents", () => {
  const server = useScriptedServer();

  const DELTAS_OF_ALL: StreamDelta[] = [
    { id: "cmpl-1", model: "qwen3", reasoning: "hm" },
    { text: "Let me" },
    { text: " see." },
    { toolCalls: [{ index: 0, id: "a", name: "f", args: '{"x":' }] },
    { toolCalls: [{ index: 1, id: "b", name: "g", args: "" }] },
    { toolCalls: [{ index: 0, args: "1}" }], finishReason: "tool_calls" },
    { usage: { inputTokens: 2, outputTokens: 3 }, done: true },
  ];

  async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
    const all: T[] = [];
    for await (const event of events) all.push(event);
    return all;
  }

  it("gives valid events, and the message when it is awaited", async () => {
    const stream = chatAnswering(server, DELTAS_OF_ALL).streamEvents("x");
    expectValid(await collect(stream));
    const message = await stream;
    expect(message).toMatchObject({
      id: "cmpl-1",
      content: [
        { type: "reasoning", reasoning: "hm" },
        { type: "text", text: "Let me see." },
        { type: "tool_call", id: "a", name: "f", args: { x: 1 } },
        { type: "tool_call", id: "b", name: "g", args: {} },
      ],
      tool_calls: [
        { id: "a", name: "f", args: { x: 1 } },
        { id: "b", name: "g", args: {} },
      ],
      usage_metadata: { input_tokens: 2, output_tokens: 3, total_tokens: 5 },
      response_metadata: { model_name: "qwen3", finish_reason: "tool_use", output_version: "v1" },
    });
    expect(await stream.text).toBe("Let me see.");
    expect(await stream.reasoning).toBe("hm");
    expect((await stream.toolCalls).map(({ name }) => name)).toEqual(["f", "g"]);
    expect(await stream.usage).toMatchObject({ total_tokens: 5 });
  });

  it("says usage once, at the end", async () => {
    const events = await collect(chatAnswering(server, DELTAS_OF_ALL).streamEvents("x"));
    expect(events.filter((event) => "usage" in event).map(({ event }) => event)).toEqual([
      "message-finish",
    ]);
  });

  it("is traced: a start, tokens, one end", async () => {
    const recorder = new Recorder();
    await chatAnswering(server, DELTAS_OF_ALL).streamEvents("x", { callbacks: [recorder] });
    expect(recorder.starts).toEqual([["x"]]);
    expect(recorder.tokens.join("")).toBe("Let me see.");
    expect(recorder.endings).toEqual(["end"]);
    expect(recorder.ended?.text).toBe("Let me see.");
    expect(recorder.ended?.usage_metadata).toMatchObject({ total_tokens: 5 });
  });

  it("ends with the provider's error: once for the handlers, and in the stream", async () => {
    const recorder = new Recorder();
    const deltas: StreamDelta[] = [{ text: "a" }, { error: { message: "overloaded" } }];
    const stream = chatAnswering(server, deltas).streamEvents("x", { callbacks: [recorder] });
    await expect(Promise.resolve(stream)).rejects.toThrow(ModelStreamError);
    await expect(collect(stream)).rejects.toThrow("overloaded");
    expect(recorder.endings).toEqual(["error"]);
    expect(recorder.tokens).toEqual(["a"]);
  });

  it("ends with an abort: once for the handlers, and in the stream", async () => {
    const recorder = new Recorder();
    const controller = new AbortController();
    const url = server.url(answer([{ text: "a" }], { end: "stall" }));
    const stream = new DeltaChat({ url }).streamEvents("x", {
      callbacks: [recorder],
      signal: controller.signal,
    });
    for await (const event of stream.text) {
      expect(event).toBe("a");
      break;
    }
    controller.abort();
    await expect(Promise.resolve(stream)).rejects.toMatchObject({ name: "AbortError" });
    expect(recorder.endings).toEqual(["error"]);
    expect(recorder.error).toBeInstanceOf(StreamAbortError);
    expect((recorder.error as StreamAbortError).partialOutput?.text).toBe("a");
  });

  it("is what invoke uses for a handler that wants content-block events", async () => {
    class EventHandler extends BaseCallbackHandler {
      name = "events";
      lc_prefer_chat_model_stream_events = true;
      readonly heard: ChatModelStreamEvent[] = [];
      override handleChatModelStreamEvent(event: ChatModelStreamEvent) {
        this.heard.push(event);
      }
    }
    const handler = new EventHandler();
    const recorder = new Recorder();
    const deltas = DELTAS_OF_ALL.map(({ id, ...delta }) => delta);
    const message = await chatAnswering(server, deltas).invoke("x", {
      callbacks: [handler, recorder],
    });
    expectValid(handler.heard);
    expect(message.text).toBe("Let me see.");
    expect(message.tool_calls).toHaveLength(2);
    expect(message.id).toBe(`run-${recorder.runIds[0]!}`);
    expect(recorder.endings).toEqual(["end"]);
  });

  it("gives LangChain's events of the run with a version", async () => {
    const events = await collect(
      chatAnswering(server, DELTAS_OF_ALL).streamEvents("x", { version: "v2" }),
    );
    const named = (name: string) => events.filter(({ event }) => event === name);
    expect(named("on_chat_model_start")).toHaveLength(1);
    expect(named("on_chat_model_end")).toHaveLength(1);
    const chunks = named("on_chat_model_stream").map(({ data }) => data.chunk as AIMessageChunk);
    expect(chunks.map(({ text }) => text).join("")).toBe("Let me see.");
    const output = named("on_chat_model_end")[0]?.data.output as AIMessageChunk;
    expect(output.tool_calls).toHaveLength(2);
    expect(output.usage_metadata).toMatchObject({ total_tokens: 5 });
  });
});
