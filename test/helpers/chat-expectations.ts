/**
 * What LangChain expects of a chat model: the checks of its own standard tests for integrations, restated.
 * They run for any model whose wire a {@link ChatWire} can speak:
 *
 *     chatModelExpectations("OllamaChat", {
 *       model: (url, fields) => new OllamaChat({ ...fields, endpoint: url }),
 *       script: (answer) => ndjson(...),
 *       sent: (body) => ({ tools: body.tools, ... }),
 *     });
 */
import { inspect } from "node:util";
import { InMemoryCache } from "@langchain/core/caches";
import type { BindToolsInput, ToolChoice } from "@langchain/core/language_models/chat_models";
import type { AIMessageChunk, ContentBlock } from "@langchain/core/messages";
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import { OutputParserException } from "@langchain/core/output_parsers";
import { tool } from "@langchain/core/tools";
import { concat } from "@langchain/core/utils/stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { HttpStreamingChatModel, HttpStreamingChatModelFields } from "http-streaming-llm";
import { startScriptedServer, type Script, type ScriptedServer } from "./scripted-server.js";
import { withoutCallFacts } from "./call-facts.js";
import { withoutGeneratedIds } from "./chat-fixtures.js";
import { Recorder } from "./chat-recorder.js";

/** An answer, to be said in the wire of a model. */
export interface WantedAnswer {
  /** In pieces, one record each. */
  readonly text?: readonly string[];
  readonly toolCalls?: readonly WantedToolCall[];
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
  /** The answer does not end: the connection stays open. */
  readonly stalls?: boolean;
}

export interface WantedToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ExpectationFields extends HttpStreamingChatModelFields {
  apiKey?: string;
  model?: string;
  temperature?: number;
  maxTokens?: number;
}

/** What a request asked, out of its body. */
export interface SentRequest {
  /** One for each message, in order. */
  readonly roles: readonly unknown[];
  readonly tools?: readonly { readonly name: unknown; readonly parameters: unknown }[] | undefined;
  readonly stop?: unknown;
}

export interface ChatWire {
  /** The model, as its users make it. */
  model(url: string, fields: ExpectationFields): HttpStreamingChatModel;
  /** A server's answer. */
  script(answer: WantedAnswer): Script;
  sent(body: Record<string, unknown>): SentRequest;
  /** Roles of a system, a human, an AI message, and a tool's result. */
  readonly roles: readonly [system: unknown, human: unknown, ai: unknown, tool: unknown];
  /** The kinds of media that the wire has words for. Default: all. */
  readonly media?: readonly string[];
  /** The provider gives tool calls ids of their own. Default `true`. */
  readonly hasCallIds?: boolean;
}

const WEATHER_SCHEMA = {
  type: "object" as const,
  properties: { city: { type: "string" } },
  required: ["city"],
};
const WEATHER_ZOD = z.object({ city: z.string() });
const PARIS: WantedToolCall = { id: "call_a", name: "weather", args: { city: "Paris" } };
const ROME: WantedToolCall = { id: "call_b", name: "weather", args: { city: "Rome" } };
const HELLO: WantedAnswer = {
  text: ["Hel", "lo, ", "world", "."],
  usage: { inputTokens: 4, outputTokens: 3 },
};
const SECRET = "sk-never-to-be-seen";
const DATA = "UklGRiQAAABXQVZF";

/** Media in a message, in each of LangChain's ways to write it. */
const MEDIA: readonly { type: string; mime: string }[] = [
  { type: "image", mime: "image/png" },
  { type: "audio", mime: "audio/wav" },
  { type: "file", mime: "application/pdf" },
];

function mediaBlocks({ type, mime }: (typeof MEDIA)[number]): Record<string, ContentBlock> {
  const url = `data:${mime};base64,${DATA}`;
  const named = type === "file" && { filename: "a.pdf" };
  return {
    "its data": { type, mimeType: mime, data: DATA, ...named },
    "a data: URL": { type, mimeType: mime, url, ...named },
    "a data: URL alone": { type, url },
    "its data (v0)": { type, source_type: "base64", mime_type: mime, data: DATA },
    "a data: URL (v0)": { type, source_type: "url", mime_type: mime, url },
  };
}

export function chatModelExpectations(describeName: string, wire: ChatWire): void {
  describe(`${describeName} is a chat model in LangChain's eyes: it`, () => {
    let server: ScriptedServer;
    beforeAll(async () => {
      server = await startScriptedServer();
    });
    afterAll(() => server.close());

    const answering = (answer: WantedAnswer, fields: ExpectationFields = {}) =>
      wire.model(server.url(wire.script(answer)), fields);
    const lastSent = async (): Promise<SentRequest> => {
      const { body } = (await server.log()).at(-1)!;
      return wire.sent(JSON.parse(body) as Record<string, unknown>);
    };
    /** The message by `invoke` and by `stream`, which have to be one. */
    const message = async (
      model: Pick<HttpStreamingChatModel, "invoke" | "stream">,
      ...input: Parameters<HttpStreamingChatModel["invoke"]>
    ): Promise<AIMessageChunk> => {
      const invoked = await model.invoke(...input);
      const [first, ...rest] = await collect(await model.stream(...input));
      const streamed = rest.reduce((all, chunk) => concat(all, chunk), first!);
      const dict = (chunk: AIMessageChunk): unknown =>
        withoutCallFacts(JSON.parse(withoutGeneratedIds(JSON.stringify(chunk.toDict()))));
      expect(dict(streamed)).toEqual(dict(invoked));
      return invoked;
    };
    const calls = ({ tool_calls = [] }: AIMessageChunk): unknown[] =>
      tool_calls.map(({ id, name, args }) => ({
        ...(wire.hasCallIds !== false && { id }),
        name,
        args,
      }));
    const wanted = ({ id, ...call }: WantedToolCall): unknown => ({
      ...(wire.hasCallIds !== false && { id }),
      ...call,
    });

    it("is made of fields, and of none", () => {
      const model = answering(HELLO, { temperature: 0.5, maxRetries: 0 });
      expect(model._modelType()).toBe("base_chat_model");
      expect(typeof model._llmType()).toBe("string");
      expect(model.lc_namespace).toContain(model._llmType());
      expect(answering(HELLO)).toBeInstanceOf(model.constructor);
    });

    it("shows its api key to nobody", async () => {
      const model = answering(HELLO, { apiKey: SECRET, headers: { authorization: SECRET } });
      const recorder = new Recorder();
      await message(model, "Hi", { callbacks: [recorder], headers: { "x-api-key": SECRET } });
      const traces = [recorder.serialized, recorder.extras, recorder.metadata, recorder.result];
      for (const shown of [model, ...traces]) {
        expect(JSON.stringify(shown)).not.toContain(SECRET);
        expect(inspect(shown, { depth: 9, showHidden: true })).not.toContain(SECRET);
      }
    });

    it("gives a message with text", async () => {
      const answer = await message(answering(HELLO), "Hi");
      expect(AIMessage.isInstance(answer)).toBe(true);
      expect(answer.content).toBe("Hello, world.");
      expect(answer.text).toBe("Hello, world.");
    });

    it("says which model answered, by both names", async () => {
      const { response_metadata } = await message(answering(HELLO), "Hi");
      expect(response_metadata.model).toBeTypeOf("string");
      expect(response_metadata.model_name).toBe(response_metadata.model);
    });

    it("sends images, audio and files by their data and by data: URLs, or says that it cannot", async () => {
      for (const kind of MEDIA) {
        for (const [how, block] of Object.entries(mediaBlocks(kind))) {
          const content = [{ type: "text", text: "What is it?" }, block];
          const asked = answering(HELLO, { maxRetries: 0 }).invoke([new HumanMessage({ content })]);
          if (wire.media?.includes(kind.type) === false) {
            await expect(asked, `${kind.type}: ${how}`).rejects.toThrow(/audio|file/);
          } else {
            await asked;
            expect((await server.log()).at(-1)!.body, `${kind.type}: ${how}`).toContain(DATA);
          }
        }
      }
    });

    it("streams it in pieces, told to handlers as tokens", async () => {
      const recorder = new Recorder();
      const stream = await answering(HELLO).stream("Hi", { callbacks: [recorder] });
      const texts = (await collect(stream)).map(({ text }) => text).filter((text) => text !== "");
      expect(texts).toEqual(HELLO.text);
      expect(recorder.tokens.filter((token) => token !== "")).toEqual(HELLO.text);
      expect(recorder.endings).toEqual(["end"]);
    });

    it("tells handlers the tokens of invoke, too", async () => {
      const recorder = new Recorder();
      await answering(HELLO).invoke("Hi", { callbacks: [recorder] });
      expect(recorder.tokens.filter((token) => token !== "")).toEqual(HELLO.text);
      expect(recorder.endings).toEqual(["end"]);
    });

    it("gives one piece where streaming is disabled, and tells handlers no tokens", async () => {
      const recorder = new Recorder();
      const options = { callbacks: [recorder] };
      const model = answering(HELLO, { disableStreaming: true });
      const chunks = await collect(await model.stream("Hi", options));
      expect(chunks.map(({ text }) => text)).toEqual(["Hello, world."]);
      expect(await model.invoke("Hi", options)).toMatchObject({ text: "Hello, world." });
      expect(recorder.tokens).toEqual([]);
      expect(recorder.endings).toEqual(["end", "end"]);
    });

    it("answers several inputs at once", async () => {
      const answers = await answering(HELLO).batch(["Hi", "Hello"]);
      expect(answers.map(({ text }) => text)).toEqual(["Hello, world.", "Hello, world."]);
    });

    it("takes a conversation", async () => {
      const [system, human, ai] = wire.roles;
      await answering(HELLO).invoke([
        new SystemMessage("Be brief."),
        new HumanMessage("Hi"),
        new AIMessage("Hello"),
        new HumanMessage("How are you?"),
      ]);
      expect((await lastSent()).roles).toEqual([system, human, ai, human].filter(isSent));
    });

    it("sends stop sequences", async () => {
      await answering(HELLO).invoke("Hi", { stop: ["!!"] });
      expect((await lastSent()).stop).toEqual(["!!"]);
    });

    it("reports token counts, also to tracers", async () => {
      const usage = { input_tokens: 4, output_tokens: 3, total_tokens: 7 };
      const recorder = new Recorder();
      const answer = await message(answering(HELLO), "Hi", { callbacks: [recorder] });
      expect(answer.usage_metadata).toMatchObject(usage);
      expect(recorder.ended?.usage_metadata).toMatchObject(usage);
      const tokenUsage = { promptTokens: 4, completionTokens: 3, totalTokens: 7 };
      expect(recorder.result?.llmOutput).toMatchObject({ tokenUsage });
    });

    it("binds tools: LangChain's, with zod and with JSON schema, and OpenAI's definitions", async () => {
      const description = "The weather.";
      const name = "weather";
      const tools: BindToolsInput[] = [
        tool(() => "22", { name, description, schema: WEATHER_ZOD }),
        tool(() => "22", { name, description, schema: WEATHER_SCHEMA }),
        { name, description, schema: WEATHER_ZOD },
        { name, description, schema: WEATHER_SCHEMA },
        { type: "function", function: { name, description, parameters: WEATHER_SCHEMA } },
      ];
      await answering(HELLO).bindTools(tools).invoke("Hi");
      const sent = (await lastSent()).tools ?? [];
      expect(sent).toHaveLength(tools.length);
      for (const definition of sent) {
        expect(definition.name).toBe("weather");
        expect(definition.parameters).toMatchObject(WEATHER_SCHEMA);
      }
    });

    it("takes every tool_choice of LangChain", async () => {
      const choices: ToolChoice[] = ["auto", "any", "none", "weather"];
      for (const tool_choice of choices) {
        const bound = answering({ toolCalls: [PARIS] }).bindTools(
          [{ name: "weather", description: "The weather.", schema: WEATHER_SCHEMA }],
          { tool_choice },
        );
        expect(calls(await bound.invoke("Hi")), tool_choice as string).toEqual([wanted(PARIS)]);
        const { tools = [] } = await lastSent();
        if (tool_choice !== "none") expect(tools.map((tool) => tool.name)).toEqual(["weather"]);
      }
    });

    it("calls a tool", async () => {
      const answer = await message(answering({ toolCalls: [PARIS] }), "The weather?");
      expect(calls(answer)).toEqual([wanted(PARIS)]);
      expect(answer.tool_calls?.every(({ id }) => typeof id === "string")).toBe(true);
    });

    it("calls several tools in one answer, beside text", async () => {
      const model = answering({ text: ["Let me see."], toolCalls: [PARIS, ROME] });
      const answer = await message(model, "The weather?");
      expect(calls(answer)).toEqual([wanted(PARIS), wanted(ROME)]);
      expect(answer.text).toBe("Let me see.");
    });

    it("calls a tool without arguments", async () => {
      const now = { id: "call_a", name: "now", args: {} };
      expect(calls(await message(answering({ toolCalls: [now] }), "x"))).toEqual([wanted(now)]);
    });

    it("takes the results of tools in a conversation, as text and as blocks", async () => {
      const [, human, ai, toolRole] = wire.roles;
      for (const content of ["22", [{ type: "text", text: "22" }]]) {
        const asked = new HumanMessage("The weather?");
        const called = await answering({ toolCalls: [PARIS] }).invoke([asked]);
        const tool_call_id = called.tool_calls![0]!.id!;
        const result = new ToolMessage({ content, tool_call_id, name: "weather" });
        expect((await message(answering(HELLO), [asked, called, result])).text).toBe(
          "Hello, world.",
        );
        expect((await lastSent()).roles).toEqual([human, ai, toolRole].filter(isSent));
      }
    });

    it("gives structured output, invoked and streamed", async () => {
      const schemas = { zod: WEATHER_ZOD, json: { ...WEATHER_SCHEMA, title: "extract" } };
      for (const [name, schema] of Object.entries(schemas)) {
        const model = answering({ toolCalls: [{ ...PARIS, name: "extract" }] });
        const structured = model.withStructuredOutput(schema, { method: "functionCalling" });
        expect(await structured.invoke("x"), name).toEqual(PARIS.args);
        expect((await collect(await structured.stream("x"))).at(-1), name).toEqual(PARIS.args);
      }
    });

    it("gives the raw message with structured output, if asked", async () => {
      const model = answering({ toolCalls: [{ ...PARIS, name: "extract" }] });
      const options = { method: "functionCalling", includeRaw: true } as const;
      const { raw, parsed } = await model.withStructuredOutput(WEATHER_ZOD, options).invoke("x");
      expect(parsed).toEqual(PARIS.args);
      expect(AIMessage.isInstance(raw)).toBe(true);
    });

    it("refuses an answer that is not the structured output", async () => {
      const structured = answering(HELLO).withStructuredOutput(WEATHER_ZOD, {
        method: "functionCalling",
      });
      await expect(structured.invoke("x")).rejects.toThrow(OutputParserException);
      await expect(structured.stream("x").then(collect)).rejects.toThrow(OutputParserException);
    });

    it("says its standard parameters", async () => {
      const fields = { model: "qwen3", temperature: 0.5, maxTokens: 64 };
      const model = answering(HELLO, fields);
      const params = {
        ls_model_type: "chat",
        ls_model_name: "qwen3",
        ls_temperature: 0.5,
        ls_max_tokens: 64,
        ls_stop: ["!!"],
      };
      expect(model.getLsParams({ stop: ["!!"] })).toMatchObject(params);
      expect(model.getLsParams({}).ls_provider).toBe(model.getName().replace(/^Chat/, ""));
      const recorder = new Recorder();
      await message(model, "Hi", { stop: ["!!"], callbacks: [recorder] });
      expect(recorder.metadata).toHaveLength(2);
      for (const metadata of recorder.metadata) expect(metadata).toMatchObject(params);
      for (const { invocation_params } of recorder.extras) {
        expect(invocation_params).toMatchObject({ ...fields, stop: ["!!"] });
      }
    });

    it("knows its call options, and has a profile", () => {
      const model = answering(HELLO);
      const keys = ["stop", "signal", "tools", "tool_choice", "response_format", "outputVersion"];
      for (const key of keys) expect(model.callKeys).toContain(key);
      expect(model.profile).toBeTypeOf("object");
    });

    it("does not begin with a signal that has fired", async () => {
      const model = answering(HELLO);
      const before = (await server.log()).length;
      const signal = AbortSignal.abort();
      await expect(model.invoke("Hi", { signal })).rejects.toThrow(/abort/i);
      await expect(model.stream("Hi", { signal }).then(collect)).rejects.toThrow(/abort/i);
      expect(await server.log()).toHaveLength(before);
    });

    it("stops when its signal fires, invoked and streamed", async () => {
      const model = answering({ text: ["Hel"], stalls: true });
      const onToken = (controller: AbortController) => [
        { handleLLMNewToken: () => controller.abort(), awaitHandlers: true },
      ];
      const first = new AbortController();
      await expect(
        model.invoke("Hi", { signal: first.signal, callbacks: onToken(first) }),
      ).rejects.toThrow(/abort/i);
      const second = new AbortController();
      const stream = await model.stream("Hi", { signal: second.signal });
      await expect(
        (async () => {
          for await (const _ of stream) second.abort();
        })(),
      ).rejects.toThrow(/abort/i);
    });

    it("answers from LangChain's cache", async () => {
      const model = answering(HELLO, { cache: new InMemoryCache() });
      const before = (await server.log()).length;
      const first = await model.invoke("Hi");
      const second = await model.invoke("Hi");
      expect(second.text).toBe(first.text);
      expect(second.usage_metadata).toMatchObject({ total_tokens: 0 });
      const streamed = await collect(await model.stream("Hi"));
      expect(streamed.map(({ text }) => text).join("")).toBe(first.text);
      expect(await server.log()).toHaveLength(before + 1);
      await model.invoke("Hello");
      expect(await server.log()).toHaveLength(before + 2);
    });
  });
}

/** A wire may send a message elsewhere than among the messages (Anthropic's `system`). */
function isSent(role: unknown): boolean {
  return role !== undefined;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
