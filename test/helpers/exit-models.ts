/** Both base classes over one wire, server-sent deltas, and every way to call them behind one face. */
import type { BaseMessage } from "@langchain/core/messages";
import { HumanMessage } from "@langchain/core/messages";
import {
  fetchTransport,
  HttpStreamingChatModel,
  HttpStreamingLLM,
  sse,
  type AttemptContext,
  type ChunkContext,
  type HeaderSource,
  type HttpStreamingLLMCallOptions,
  type HttpStreamingLLMFields,
  type StreamDelta,
  type StreamFormat,
} from "http-streaming-llm";

/** What a test may replace in a model. */
export interface Hooks {
  buildPayload?: (input: unknown) => unknown;
  parseChunk?: (record: StreamDelta, context: ChunkContext) => StreamDelta | string | null;
  headers?: (context: AttemptContext) => HeaderSource | Promise<HeaderSource>;
  format?: StreamFormat<never>;
  parseError?: (status: number, body: unknown) => string | null;
}

/** Constructor fields and hooks; `headers` may be either. */
export type Fields = Omit<HttpStreamingLLMFields, "headers"> &
  Omit<Hooks, "headers"> & { headers?: HttpStreamingLLMFields["headers"] | Hooks["headers"] };
export type Options = HttpStreamingLLMCallOptions;

const hooksOf = ({ buildPayload, parseChunk, headers, format, parseError }: Fields): Hooks => ({
  ...(buildPayload && { buildPayload }),
  ...(parseChunk && { parseChunk }),
  ...(typeof headers === "function" && { headers }),
  ...(format && { format }),
  ...(parseError && { parseError }),
});

const withoutHooks = (fields: Fields): HttpStreamingLLMFields => {
  const { buildPayload, parseChunk, headers, format, parseError, ...rest } = fields;
  return { ...rest, ...(typeof headers === "object" && { headers }) };
};

export class ExitLLM extends HttpStreamingLLM<StreamDelta> {
  readonly #hooks: Hooks;
  endpoint: string | URL;
  override format: StreamFormat<StreamDelta>;

  constructor(endpoint: string | URL, fields: Fields = {}) {
    super(withoutHooks(fields));
    this.endpoint = endpoint;
    this.#hooks = hooksOf(fields);
    this.format = fields.format ?? sse<StreamDelta>();
  }
  _llmType() {
    return "exit";
  }
  buildPayload(prompt: string): unknown {
    return this.#hooks.buildPayload?.(prompt) ?? { prompt };
  }
  parseChunk(record: StreamDelta, context: ChunkContext) {
    return this.#hooks.parseChunk ? this.#hooks.parseChunk(record, context) : record;
  }
  override headers(_: unknown, context: AttemptContext) {
    return this.#hooks.headers?.(context);
  }
}

export class ExitChat extends HttpStreamingChatModel<StreamDelta> {
  readonly #hooks: Hooks;
  endpoint: string | URL;
  override format: StreamFormat<StreamDelta>;

  constructor(endpoint: string | URL, fields: Fields = {}) {
    super(withoutHooks(fields));
    this.endpoint = endpoint;
    this.#hooks = hooksOf(fields);
    this.format = fields.format ?? sse<StreamDelta>();
  }
  _llmType() {
    return "exit-chat";
  }
  buildPayload(messages: BaseMessage[]): unknown {
    return this.#hooks.buildPayload?.(messages) ?? { messages: messages.map(({ text }) => text) };
  }
  parseChunk(record: StreamDelta, context: ChunkContext) {
    return this.#hooks.parseChunk ? this.#hooks.parseChunk(record, context) : record;
  }
  override headers(_: unknown, context: AttemptContext) {
    return this.#hooks.headers?.(context);
  }
}

export type ExitModel = ExitLLM | ExitChat;

/** The reader's loop: given each piece of text. What it returns is awaited, and `"leave"` breaks. */
export type Reader = (text: string) => unknown;

/** One way to call a model. */
export interface CallPath {
  readonly name: string;
  /** The reader gets pieces while they come, and may leave. */
  readonly iterates: boolean;
  /** Blocks the thread, and tells handlers when it is done. */
  readonly blocks: boolean;
  /** Runs the call and gives its text. */
  call(model: ExitModel, options?: Options, reader?: Reader): Promise<string>;
}

const PROMPT = "Why?";

const isLLM = (model: ExitModel): model is ExitLLM => model instanceof ExitLLM;

/** The text of whatever a path gives. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (value as { text: string }).text;
}

async function readAll(pieces: AsyncIterable<string>, reader: Reader | undefined): Promise<string> {
  let all = "";
  for await (const piece of pieces) {
    if (piece === "") continue;
    all += piece;
    if ((await reader?.(piece)) === "leave") break;
  }
  return all;
}

async function* texts<T>(
  values: AsyncIterable<T>,
  textIn: (value: T) => string,
): AsyncGenerator<string> {
  for await (const value of values) yield textIn(value);
}

interface TracedEvent {
  readonly event: string;
  readonly data: { readonly chunk?: { readonly text: string } };
}

interface BlockEvent {
  readonly event: string;
  readonly delta?: { readonly type: string; readonly text?: string };
}

const both = (path: Omit<CallPath, "blocks"> & { blocks?: boolean }): CallPath => ({
  blocks: false,
  ...path,
});

const stream = both({
  name: "stream",
  iterates: true,
  call: async (model, options, reader) =>
    readAll(texts((await model.stream(PROMPT, options)) as AsyncIterable<unknown>, textOf), reader),
});
const invoke = both({
  name: "invoke",
  iterates: false,
  call: async (model, options) => textOf(await model.invoke(PROMPT, options)),
});
const batch = both({
  name: "batch",
  iterates: false,
  call: async (model, options) => {
    const [answer] = (await model.batch([PROMPT], options)) as unknown[];
    return textOf(answer);
  },
});
const generate = both({
  name: "generate",
  iterates: false,
  call: async (model, options) => {
    const result = isLLM(model)
      ? await model.generate([PROMPT], options)
      : await model.generate([[new HumanMessage(PROMPT)]], options);
    return result.generations[0]![0]!.text;
  },
});
const streamEvents = both({
  name: "streamEvents v2",
  iterates: true,
  call: async (model, options, reader) => {
    const events = model.streamEvents(PROMPT, { ...options, version: "v2" });
    const textIn = ({ event, data }: TracedEvent) =>
      event.endsWith("_stream") ? (data.chunk?.text ?? "") : "";
    return readAll(texts(events as AsyncIterable<TracedEvent>, textIn), reader);
  },
});
const contentBlockEvents = both({
  name: "streamEvents",
  iterates: true,
  call: async (model, options, reader) => {
    const events = (model as ExitChat).streamEvents(PROMPT, options) as AsyncIterable<BlockEvent>;
    return readAll(
      texts(events, ({ delta }) => (delta?.type === "text-delta" ? (delta.text ?? "") : "")),
      reader,
    );
  },
});
const streamSync = both({
  name: "streamSync",
  iterates: true,
  blocks: true,
  call: async (model, options, reader) => {
    let all = "";
    for (const value of model.streamSync(PROMPT, options) as Iterable<unknown>) {
      const piece = textOf(value);
      if (piece === "") continue;
      all += piece;
      // Not awaited: what a blocking loop does, it does at once.
      if (reader?.(piece) === "leave") break;
    }
    return all;
  },
});
const invokeSync = both({
  name: "invokeSync",
  iterates: false,
  blocks: true,
  call: async (model, options) => textOf(model.invokeSync(PROMPT, options)),
});

/** A base class, its error messages' name for it, and the ways to call it. */
export interface BaseClass {
  readonly name: string;
  create(endpoint: string | URL, fields?: Fields): ExitModel;
  readonly paths: readonly CallPath[];
}

const common = [stream, invoke, batch, generate, streamEvents, streamSync, invokeSync];

export const llmClass: BaseClass = {
  name: "HttpStreamingLLM",
  create: (endpoint, fields) => new ExitLLM(endpoint, fields),
  paths: common,
};
export const chatClass: BaseClass = {
  name: "HttpStreamingChatModel",
  create: (endpoint, fields) => new ExitChat(endpoint, fields),
  paths: [...common, contentBlockEvents],
};

/** Every base class with each of its paths. */
export const everyPath = [llmClass, chatClass].flatMap(({ name, create, paths }) =>
  paths.map((path) => ({
    base: name,
    path: path.name,
    create,
    ...path,
    title: `${name}, ${path.name}`,
  })),
);

/** The path over the platform's `fetch`. */
const overFetch = (path: CallPath): CallPath => ({
  ...path,
  name: `${path.name} over fetch`,
  call: (model, options, reader) =>
    path.call(model, { ...options, transport: fetchTransport() }, reader),
});

/** One asynchronous and one blocking path, where a path makes no difference but its driver does. */
export const bothDrivers = [stream, streamSync];

/** The same, and the asynchronous one over the other transport. */
export const everyTransport = [...bothDrivers, overFetch(stream)];

/** What `fetch` does its own way: reading, waiting, leaving. */
export const fetchPaths = [llmClass, chatClass].flatMap(({ name, create }) =>
  [stream, invoke].map(overFetch).map((path) => ({
    base: name,
    path: path.name,
    create,
    ...path,
    title: `${name}, ${path.name}`,
  })),
);

/** The text that an error carries. */
export function partialOf(error: unknown): string | undefined {
  const { partial, partialOutput } = error as {
    partial?: string;
    partialOutput?: { text: string };
  };
  return partial ?? partialOutput?.text;
}

/** LangChain's inner hook, whose caller keeps the run. */
export function innerStream(
  model: ExitModel,
  options: Options = {},
): AsyncGenerator<{ text: string }> {
  return isLLM(model)
    ? model._astream(PROMPT, options)
    : model._astream([new HumanMessage(PROMPT)], options);
}

/** The same, blocking. */
export function innerStreamSync(
  model: ExitModel,
  options: Options = {},
): Generator<{ text: string }> {
  return isLLM(model)
    ? model._stream(PROMPT, options)
    : model._stream([new HumanMessage(PROMPT)], options);
}
