import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk, GenerationChunk } from "@langchain/core/outputs";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { StreamFormat } from "../formats/format.js";
import type { HttpStreamingError } from "../errors.js";
import type {
  Continuation,
  ContinuationContext,
  PartialAnswer,
} from "../streaming/answer/continuation.js";
import type { StreamDelta } from "../streaming/delta/stream-delta.js";
import type {
  AttemptContext,
  ChunkContext,
  HeaderSource,
  HookResponse,
  MaybePromise,
  NextRequest,
  ParsedError,
  PayloadContext,
  RequestContext,
  RequestMethod,
  StepContext,
} from "../streaming/hooks/hook-types.js";
import type { StructuredOutputMethod } from "./chat/structured-output.js";

/** The hooks that an author may write, beside those that each base class asks for. */
export interface OptionalHooks<StreamRecord, Parsed, Options, Input> {
  /** The framing of the response. Default `autoFormat()`: chosen by the response's content-type. */
  format?: StreamFormat<StreamRecord>;
  /** The method of the requests. Default `"POST"`; `"GET"` makes a query of the payload's fields. */
  method?: RequestMethod;
  /**
   * Extra headers, asked for every attempt: after a 401 a refreshed token is tried once. `context` holds the
   * request as it will be sent, for a signature, and `request()`, for a token from elsewhere.
   */
  headers?(
    options: Options,
    context: RequestContext,
  ): MaybePromise<HeaderSource | null | undefined>;
  /**
   * For an answer that takes several requests, as a job does: what to ask next, of each 2xx response (read whole,
   * parsed where it is JSON); `null`: this response is the answer, for `parseResponse`. The request with `stream:
   * true` gives the answer as a stream. A retry repeats the step, never what came before it.
   */
  nextRequest?(
    response: HookResponse,
    context: StepContext,
  ): MaybePromise<NextRequest | null | undefined>;
  /** With `streaming: false`: what the whole body says (parsed JSON where it is JSON). Default: `parseChunk`. */
  parseResponse?(body: unknown, context: ChunkContext): Parsed;
  /**
   * The provider's error in a record: its words, or `{ message, code?, type? }`; `null`: there is none;
   * `undefined`: the default rule decides (what is called an error by its event's name or its `type`; a top-level
   * `error`, unless `parseChunk` made content of the record). An error wins over content.
   */
  parseRecordError?(
    record: StreamRecord,
    context: ChunkContext,
  ): ParsedError | string | null | undefined;
  /** The message in a provider's error body (parsed JSON where it is JSON). Default: the usual shapes. */
  parseError?(status: number, body: unknown): ParsedError | string | null | undefined;
  /**
   * Says how to go on with an answer that broke off in the middle: what to ask for, and what of the text the server
   * sends again; `null` or `undefined`: not. Counted under `maxRetries`.
   */
  continueFrom?(
    partial: PartialAnswer,
    input: Input,
    options: Options,
    context: ContinuationContext,
  ): MaybePromise<Continuation | null | undefined>;
  /** The number of tokens of a text, by the model's own tokenizer. Default: an estimate that asks nobody. */
  countTokens?(text: string): MaybePromise<number>;
  /** Overrides whether a failed attempt is tried again, within `maxRetries`; `undefined` leaves the decision. */
  shouldRetry?(error: HttpStreamingError, attempt: number): boolean | undefined;
}

/** The hooks that the author of a chat model may write. */
export interface OptionalChatHooks<StreamRecord, Options> extends OptionalHooks<
  StreamRecord,
  ParsedChatChunk,
  Options,
  BaseMessage[]
> {
  /**
   * The ways in which the server can be made to answer in the shape of a schema, the preferred one first.
   * Default: tool calling. For `jsonSchema` and `jsonMode`, `buildPayload` reads `options.response_format`.
   */
  structuredOutputMethods?: readonly StructuredOutputMethod[];
}

/** Call options as LangChain hands them to hooks: without what belongs to the run. */
export type HookOptions<CallOptions> = Omit<
  CallOptions,
  Exclude<keyof RunnableConfig, "signal" | "timeout" | "maxConcurrency">
>;

/** The hooks of a model, as both base classes have them. */
export interface ModelHooks<StreamRecord, Input, Options> extends OptionalHooks<
  StreamRecord,
  unknown,
  Options,
  Input
> {
  resolveEndpoint(
    options: Options,
    input: Input,
    context: AttemptContext,
  ): MaybePromise<string | URL>;
  buildPayload(input: Input, options: Options, context: PayloadContext): unknown;
  parseChunk(record: StreamRecord, context: ChunkContext): unknown;
}

/** The results of `parseChunk` of an LLM. `null`, `undefined` and `""` emit nothing. */
// Of several that a wrong object resembles, TypeScript explains the last.
export type ParsedChunk =
  string | GenerationChunk | StreamDelta | null | undefined | readonly ParsedChunk[];

/** The results of `parseChunk` of a chat model. `null`, `undefined` and `""` emit nothing. */
export type ParsedChatChunk =
  | string
  | AIMessageChunk
  | ChatGenerationChunk
  | StreamDelta
  | null
  | undefined
  | readonly ParsedChatChunk[];
