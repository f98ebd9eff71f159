import type { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  HttpStreamingChatModel,
  HttpStreamingLLM,
  jsonLines,
  lines,
  sse,
  text,
  type SseEvent,
  type StreamDelta,
  type StreamFormat,
} from "http-streaming-llm";
import { heapInUse, heapInUseNow } from "../../helpers/leaks.js";
import { useScriptedServer } from "../../helpers/scripted-server.js";

/** What a reader keeps of an answer must not keep the reads alive that it came in. */

const server = useScriptedServer();

const MIB = 1024 * 1024;
const TOKENS = 25_000;
/** 40 characters: long enough for V8 to cut it out without a copy. */
const TOKEN = "a token that is longer than thirteen... ";
/** One of so many is kept. */
const KEPT = 100;
const PER_STEP = 500;

type Parse = (record: unknown) => StreamDelta | string | null;

class Model extends HttpStreamingLLM {
  _llmType() {
    return "retention";
  }
  override format: StreamFormat<unknown>;
  constructor(
    readonly endpoint: string,
    format: StreamFormat<unknown>,
    readonly parse: Parse,
  ) {
    super({ maxRetries: 0, endOfStream: "optional" });
    this.format = format;
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk(record: unknown) {
    return this.parse(record);
  }
}

class ChatModel extends HttpStreamingChatModel {
  _llmType() {
    return "retention-chat";
  }
  override format = lines();
  constructor(
    readonly endpoint: string,
    readonly parse: (line: string) => StreamDelta,
  ) {
    super({ maxRetries: 0, endOfStream: "optional" });
  }
  buildPayload() {
    return {};
  }
  parseChunk(line: unknown) {
    return this.parse(line as string);
  }
}

interface Case {
  readonly name: string;
  readonly contentType: string;
  readonly record: string;
  readonly format: StreamFormat<unknown>;
  readonly parse: Parse;
}

const asText: Parse = (record) => record as string;
const cases: Case[] = [
  {
    name: "lines()",
    contentType: "text/plain",
    record: `${TOKEN}\n`,
    format: lines(),
    parse: asText,
  },
  {
    name: "lines(), with a prefix that is cut off",
    contentType: "text/plain",
    record: `token ${TOKEN}\n`,
    format: lines(),
    parse: (line) => (line as string).slice(6),
  },
  {
    name: "lines(), as deltas",
    contentType: "text/plain",
    record: `${TOKEN}\n`,
    format: lines(),
    parse: (line) => ({ text: line as string }),
  },
  {
    name: "text(), split by the author",
    contentType: "text/plain",
    record: TOKEN,
    format: text(),
    parse: (piece) =>
      ((piece as string).match(/.{1,40}/gs) ?? []).map((part) => ({
        text: part,
      })) as unknown as StreamDelta,
  },
  {
    name: "sse({ raw: true })",
    contentType: "text/event-stream",
    record: `data: ${TOKEN}\n\n`,
    format: sse({ raw: true }),
    parse: (event) => (event as SseEvent).data,
  },
  {
    name: "sse()",
    contentType: "text/event-stream",
    record: `data: ${JSON.stringify({ text: TOKEN })}\n\n`,
    format: sse(),
    parse: (record) => record as StreamDelta,
  },
  {
    name: "jsonLines()",
    contentType: "application/x-ndjson",
    record: `${JSON.stringify({ text: TOKEN, id: "answer-1" })}\n`,
    format: jsonLines(),
    parse: (record) => record as StreamDelta,
  },
];

const script = ({ contentType, record }: Case, tokens = TOKENS) => ({
  headers: { "content-type": contentType },
  steps: [{ text: record.repeat(PER_STEP), repeat: tokens / PER_STEP }],
});

describe("one of a hundred tokens that is kept", () => {
  it.each(cases)("keeps nothing else of $name", async (testCase) => {
    const model = new Model(server.url(script(testCase)), testCase.format, testCase.parse);
    const kept: string[] = [];
    const read = async (keep: boolean): Promise<void> => {
      let at = 0;
      // Not a generation at the end, which holds the whole text: what is measured are the tokens.
      for await (const token of await model.stream("x")) {
        if (++at % KEPT === 0 && keep) kept.push(token);
      }
    };
    await read(false);
    const before = await heapInUse();
    await read(true);
    // On a busy machine the end of the connection, which holds the last of it, takes a while.
    const growth = async () => (await heapInUse()) - before;
    // 10 KB of text, in 250 strings. The whole answer is 1 MB and more.
    await expect.poll(growth).toBeLessThan(0.4 * MIB);
    // Pieces of text() are as the network cut them; there are about as many.
    expect(kept.length).toBeGreaterThan((TOKENS / KEPT) * 0.9);
  });

  const pieces: [
    name: string,
    toDelta: (line: string) => StreamDelta,
    pieceOf: (message: AIMessageChunk) => unknown,
  ][] = [
    ["text", (text) => ({ text }), ({ content }) => content],
    [
      "reasoning",
      (reasoning) => ({ reasoning }),
      ({ additional_kwargs }) => additional_kwargs["reasoning_content"],
    ],
    [
      "a refusal",
      (refusal) => ({ refusal }),
      ({ additional_kwargs }) => additional_kwargs["refusal"],
    ],
    [
      "a tool call's arguments",
      (args) => ({ toolCalls: [{ index: 0, args }] }),
      ({ tool_call_chunks }) => tool_call_chunks?.[0]?.args,
    ],
  ];

  it.each(pieces)("keeps nothing else of an answer's messages: %s", async (_, toDelta, pieceOf) => {
    let at = 0;
    const model = new ChatModel(server.url(script(cases[0]!)), (line) =>
      ++at % KEPT === 0 ? toDelta(line) : { text: "x" },
    );
    const kept: unknown[] = [];
    const read = async (keep: boolean): Promise<void> => {
      for await (const message of await model.stream("x")) {
        const piece = pieceOf(message);
        if (keep && typeof piece === "string" && piece.length > 1) kept.push(piece);
      }
    };
    await read(false);
    const before = await heapInUse();
    await read(true);
    await expect.poll(async () => (await heapInUse()) - before).toBeLessThan(0.4 * MIB);
    expect(kept.length).toBe(TOKENS / KEPT);
  });

  it.each([
    ["_stream()", (model: Model, chat: ChatModel) => [model._stream("x"), chat._stream([])]],
    [
      "streamSync()",
      (model: Model, chat: ChatModel) => [model.streamSync("x"), chat.streamSync("x")],
    ],
  ])("keeps no chunk for listeners that do not exist: %s", (_, open) => {
    const url = server.url(script(cases[0]!, 2 * TOKENS));
    const model = new Model(url, lines(), (line) => line as string);
    const chat = new ChatModel(url, (line) => ({ text: line }));
    // A handler that does not hear of tokens.
    for (const each of [model, chat]) each.callbacks = [{ handleLLMEnd: () => undefined }];
    for (const tokens of open(model, chat)) {
      tokens.next();
      const before = heapInUseNow();
      let read = 0;
      let growth = 0;
      for (const token of tokens) {
        // Once: a full collection for each token that follows would take minutes.
        if (++read !== TOKENS) continue;
        expect(token).toBeDefined();
        growth = heapInUseNow() - before;
      }
      expect(read).toBeGreaterThanOrEqual(TOKENS);
      // The text and what is on its way; the chunks would be twice as much and more.
      expect(growth).toBeLessThan(4.5 * MIB);
    }
  });
});
