/** The README's two classes and every example, and the answers that their servers give. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GigaChatLLM } from "../../examples/gigachat.js";
import { LangServeChat, LangServeLLM } from "../../examples/langserve-client.js";
import { eventText } from "../../examples/langserve/events.js";
import { Langserve590LLM } from "../../examples/langserve-590.js";
import { OllamaLLM } from "../../examples/ollama-generate.js";
import { CompletionsLLM } from "../../examples/openai-completions.js";
import { PlainTextLLM } from "../../examples/plain-text.js";
import { ReplicateLLM } from "../../examples/replicate.js";
import { SageMakerLLM } from "../../examples/sagemaker.js";
import { events as converseEvents } from "../../examples/server/wires/bedrock-converse.mjs";
import type { ChatWire } from "../../examples/server/wires/chat-wire.js";
import { events } from "../../examples/server/wires/events.mjs";
import { gigachat } from "../../examples/server/wires/gigachat.mjs";
import { langserve590 } from "../../examples/server/wires/langserve-590.mjs";
import { ollamaGenerate } from "../../examples/server/wires/ollama-generate.mjs";
import { openaiChat } from "../../examples/server/wires/openai-chat.mjs";
import { openaiCompletions } from "../../examples/server/wires/openai-completions.mjs";
import { replicateStream } from "../../examples/server/wires/replicate.mjs";
import { textGenerationInference } from "../../examples/server/wires/sagemaker.mjs";
import type { Wire } from "../../examples/server/wires/wire.js";
import { yandex } from "../../examples/server/wires/yandex.mjs";
import { UnbrokenChat } from "../../examples/unbroken-chat.js";
import { UnbrokenCompletionsLLM } from "../../examples/unbroken-completions.js";
import { EventsLLM } from "../../examples/unbroken-events.js";
import { YandexLLM } from "../../examples/yandex.js";
import { event, exception, payloadPart } from "./aws-frames.js";
import type { Step } from "./scripted-server.js";
import { declaredIn } from "../docs/declared.js";
import { Page } from "../docs/page.js";
import { CHAT_EXAMPLES } from "./chat-examples.js";
import { jobs, logins, withService } from "./services.js";
import { ROOT } from "./user-project.js";

/** What all models have in common here. */
export interface Model {
  endpoint: string | URL;
  invoke(question: string): Promise<unknown>;
  stream(question: string): Promise<AsyncIterable<unknown>>;
  streamSync(question: string): Iterable<unknown>;
}

/** Constructor fields that are set here. */
export interface ModelFields {
  readonly maxRetries: number;
  readonly streaming?: boolean;
  readonly endOfStream?: "required" | "optional";
  readonly endGraceMs?: number;
}

/** The formats, as the guides name them, and the content-type of each. */
export const FORMATS = {
  "sse()": "text/event-stream",
  "jsonLines()": "application/x-ndjson",
  "jsonArray()": "application/json",
  "awsEventStream()": "application/vnd.amazon.eventstream",
  "text()": "text/plain",
} as const;
export type Format = keyof typeof FORMATS;

/** What is said of an answer first, and the rest of it. */
export const SAID = "The dose is ";
export const REST = "10 mg.";

export interface EveryModel {
  readonly name: string;
  readonly format: Format;
  create(fields: ModelFields): Model;
  /** The answer, in the pieces in which it is sent. */
  readonly frames: readonly string[];
  /** What its responses are called. Default: as its format's are. */
  readonly contentType?: string;
  /** How a piece is written, where it is not sent as the text that it is. */
  readonly write?: (piece: string) => Uint8Array;
}

/** Sends a piece of a model's answer. */
export function stepOf({ write }: EveryModel, text: string): Step {
  return write === undefined || text === ""
    ? { text }
    : { base64: Buffer.from(write(text)).toString("base64") };
}

/** What a model's responses are called. */
export function contentTypeOf({ contentType, format }: EveryModel): string {
  return contentType ?? FORMATS[format];
}

/** The pieces of the answer that have said {@link SAID}. */
export function begun(some: EveryModel): Step[] {
  const { frames } = some;
  const said = frames.slice(0, frames.findIndex((frame) => frame.includes(SAID)) + 1);
  return said.map((frame) => stepOf(some, frame));
}

const SUMMARY = { promptTokens: 1, outputTokens: 2, finishReason: "stop" } as const;

function textFrames(wire: Pick<Wire, "write">): string[] {
  const writer = wire.write({});
  return [writer.token(SAID, 1), writer.token(REST, 2), writer.end(SUMMARY)].map(String);
}

function chatFrames(wire: ChatWire, endpoint: string | URL): string[] {
  const summary = { ...SUMMARY, reasoningTokens: 0 };
  const answer = { parts: [{ type: "text" as const, pieces: [SAID, REST] }], summary };
  const asked = { stream_options: { include_usage: true } };
  return [...wire.stream(asked, answer, new URL(endpoint)).frames].map(String);
}

/** The events of Bedrock, each as JSON that names its type. */
function converseFrames(): string[] {
  const parts = [{ type: "text" as const, pieces: [SAID, REST] }];
  const answer = { parts, summary: { ...SUMMARY, reasoningTokens: 0 } };
  return [...converseEvents(answer)].map(([type, payload]) => JSON.stringify({ ...payload, type }));
}

function writeConverse(piece: string): Uint8Array {
  const { type, ...payload } = JSON.parse(piece) as { type: string };
  const isException = type.endsWith("Exception");
  return isException ? exception(type, payload) : event(type, payload);
}

function langserveFrames(): string[] {
  const chunk = (content: string) => eventText("data", { content, type: "AIMessageChunk" });
  const start = eventText("metadata", { run_id: "1" });
  return [start, chunk(SAID), chunk(REST), eventText("end")];
}

const readme = await declaredIn(new Page(readFileSync(join(ROOT, "README.md"), "utf8")));
type Class = new (fields: ModelFields) => Model;

const baseUrl = "http://localhost";
const FORMAT_OF: Readonly<Record<string, Format>> = {
  "ollama-chat": "jsonLines()",
  "gemini, json": "jsonArray()",
  "bedrock-converse": "awsEventStream()",
};
const containerWriter: Wire["write"] = () => ({
  contentType: FORMATS["sse()"],
  ...textGenerationInference(),
});

export const EVERY_MODEL: readonly EveryModel[] = [
  {
    ...{ name: "MyLLM", format: "sse()", frames: textFrames(langserve590) },
    create: (fields) => new (readme.MyLLM as Class)(fields),
  },
  {
    ...{ name: "MyChat", format: "sse()", frames: chatFrames(openaiChat, baseUrl) },
    create: (fields) => new (readme.MyChat as Class)(fields),
  },
  {
    ...{ name: "Langserve590LLM", format: "sse()", frames: textFrames(langserve590) },
    create: (fields) => new Langserve590LLM({ url: "", ...fields }),
  },
  {
    ...{ name: "LangServeLLM", format: "sse()", frames: langserveFrames() },
    create: (fields) => new LangServeLLM({ url: "", ...fields }),
  },
  {
    ...{ name: "LangServeChat", format: "sse()", frames: langserveFrames() },
    create: (fields) => new LangServeChat({ url: "", ...fields }),
  },
  {
    ...{ name: "OllamaLLM", format: "jsonLines()", frames: textFrames(ollamaGenerate) },
    create: (fields) => new OllamaLLM({ baseUrl, model: "m", ...fields }),
  },
  {
    ...{ name: "CompletionsLLM", format: "sse()", frames: textFrames(openaiCompletions) },
    create: (fields) => new CompletionsLLM({ baseUrl, model: "m", ...fields }),
  },
  {
    ...{ name: "PlainTextLLM", format: "text()", frames: [SAID, REST] },
    create: (fields) => new PlainTextLLM({ url: "", ...fields }),
  },
  {
    ...{ name: "UnbrokenCompletionsLLM", format: "sse()", frames: textFrames(openaiCompletions) },
    create: (fields) => new UnbrokenCompletionsLLM({ baseUrl, model: "m", ...fields }),
  },
  {
    ...{ name: "UnbrokenChat", format: "sse()", frames: chatFrames(openaiChat, baseUrl) },
    create: (fields) => new UnbrokenChat({ baseUrl, model: "m", ...fields }),
  },
  {
    ...{ name: "EventsLLM", format: "sse()", frames: textFrames(events) },
    create: (fields) => new EventsLLM({ url: "", ...fields }),
  },
  {
    ...{ name: "GigaChatLLM", format: "sse()", frames: textFrames(gigachat) },
    create: (fields) => {
      const urls = { baseUrl, authUrl: `${baseUrl}/api/v2/oauth` };
      return new GigaChatLLM({ ...urls, model: "m", transport: withService(logins), ...fields });
    },
  },
  {
    ...{ name: "YandexLLM", format: "jsonLines()", frames: textFrames(yandex) },
    create: (fields) => {
      const transport = withService(logins);
      return new YandexLLM({ baseUrl, iamUrl: baseUrl, uri: "", transport, ...fields });
    },
  },
  {
    ...{ name: "ReplicateLLM", format: "sse()", frames: textFrames(replicateStream) },
    create: (fields) => {
      return new ReplicateLLM({ baseUrl, model: "o/m", transport: withService(jobs), ...fields });
    },
  },
  {
    ...{ name: "SageMakerLLM", format: "sse()", contentType: FORMATS["awsEventStream()"] },
    ...{ frames: textFrames({ write: containerWriter }), write: payloadPart },
    create: (fields) => new SageMakerLLM({ baseUrl, name: "alice", ...fields }),
  },
  ...CHAT_EXAMPLES.map(({ name, create, wire }): EveryModel => {
    const { constructor, endpoint } = create(baseUrl);
    const format = FORMAT_OF[name] ?? "sse()";
    const frames =
      name === "bedrock-converse"
        ? { frames: converseFrames(), write: writeConverse }
        : { frames: chatFrames(wire, endpoint) };
    return {
      ...{ name: constructor.name, format, ...frames },
      create: (fields) => create(baseUrl, fields),
    };
  }),
];
