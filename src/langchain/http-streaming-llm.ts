import type { CallbackManagerForLLMRun, Callbacks } from "@langchain/core/callbacks/manager";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import type { MessageContent } from "@langchain/core/messages";
import type { GenerationChunk, LLMResult } from "@langchain/core/outputs";
import type { BasePromptValueInterface } from "@langchain/core/prompt_values";
import type { Runnable, RunnableWithFallbacks } from "@langchain/core/runnables";
import type { LogStreamCallbackHandler, RunLogPatch } from "@langchain/core/tracers/log_stream";
import type { StreamEvent } from "@langchain/core/types/stream";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import type {
  AttemptContext,
  ChunkContext,
  MaybePromise,
  PayloadContext,
} from "../streaming/hooks/hook-types.js";
import { withoutSecretSettings } from "../streaming/settings/setting-table.js";
import { requireFields, requireLlmType } from "./check-hooks.js";
import type { HookOptions, OptionalHooks, ParsedChunk } from "./hooks.js";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "./model-fields.js";
import { bindingOf, ModelBinding } from "./model-binding.js";
import { modelWithFallbacks } from "./model-fallbacks.js";
import { ModelRunner, Runners, RUNNERS } from "./model-runner.js";
import { AnswersOnlyCache } from "./runs/answers-only-cache.js";
import { TraceableLLM } from "./privacy/traceable-llm.js";
import { requirePrompt } from "./prompt-check.js";
import { callLog } from "./reading/call-log.js";
import { leavable, leavableEvents, type EventsOptions } from "./reading/leavable-events.js";
import { openStream } from "./reading/token-stream.js";
import { llmOutput } from "./text/llm-output.js";
import { TEXT_ANSWERS } from "./text/text-answers.js";
import { contentTokens } from "./token-estimate.js";
import { modelClassOf, nameOfClass } from "./model-class.js";

/**
 * The optional hooks are declared apart from the class, where nothing is emitted for them and where
 * TypeScript lets a subclass choose between a field and a getter.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged with the class
export interface HttpStreamingLLM<StreamRecord, CallOptions> extends OptionalHooks<
  StreamRecord,
  ParsedChunk,
  HookOptions<CallOptions>,
  string
> {}

/**
 * A text-completion model behind an HTTP endpoint. Say where it is, what to send and how to read one
 * record; every way LangChain.js has to call a model then works, streaming token by token.
 *
 * @typeParam StreamRecord what the format yields, and `parseChunk` reads.
 * @typeParam CallOptions the call options, for models that add their own.
 *
 * @example
 * ```ts
 * import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";
 *
 * interface Line {
 *   response: string;
 *   done: boolean;
 * }
 *
 * class MyLLM extends HttpStreamingLLM<Line> {
 *   _llmType() {
 *     return "my-llm";
 *   }
 *   endpoint = "http://127.0.0.1:11434/api/generate";
 *   format = jsonLines<Line>();
 *   buildPayload(prompt: string) {
 *     return { model: "llama3", prompt, stream: true };
 *   }
 *   parseChunk(line: Line) {
 *     return { text: line.response, done: line.done };
 *   }
 * }
 *
 * const llm = new MyLLM();
 * for await (const token of await llm.stream("Why is the sky blue?")) {
 *   process.stdout.write(token);
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- what is merged is optional: nothing to initialise
export abstract class HttpStreamingLLM<
  StreamRecord = unknown,
  CallOptions extends HttpStreamingLLMCallOptions = HttpStreamingLLMCallOptions,
> extends TraceableLLM<CallOptions> {
  /** @internal Private: of a protected member all types would be part of the declarations. */
  declare private readonly [RUNNERS]: Runners<
    ModelRunner<StreamRecord, string, GenerationChunk, string>
  >;

  /** @param fields LangChain's own fields and the settings of requests; all have defaults. */
  constructor(fields: HttpStreamingLLMFields = {}) {
    requireLlmType(new.target);
    requireFields(fields, nameOfClass(new.target));
    // What may hold credentials stays out of the fields that LangChain keeps and serialises.
    super(withoutSecretSettings(fields));
    if (this.cache) this.cache = new AnswersOnlyCache(this.cache);
    const defaults = { ...fields };
    this[RUNNERS] = new Runners((model) => new ModelRunner(model as this, defaults, TEXT_ANSWERS));
  }

  /** The model's URL: a field or a getter. For a URL per call override {@link resolveEndpoint}. */
  abstract override endpoint: string | URL;

  /** A literal that names this kind of model. LangChain calls it before fields exist. */
  abstract override _llmType(): string;

  /**
   * The request body for a prompt. An object is sent as JSON; a `string` goes as it is, as plain text, and
   * `Uint8Array`, `URLSearchParams` and `FormData` as they are. A Promise restricts the model to the asynchronous path.
   */
  abstract buildPayload(
    prompt: string,
    options: this["ParsedCallOptions"],
    context: PayloadContext,
  ): unknown;

  /** Reads one record of the stream. Synchronous. */
  abstract parseChunk(record: StreamRecord, context: ChunkContext): ParsedChunk;

  /** The endpoint of one attempt: a region, a deployment, a token in the query. Default: {@link endpoint}. */
  resolveEndpoint(
    options: this["ParsedCallOptions"],
    prompt: string,
    context: AttemptContext,
  ): MaybePromise<string | URL>;
  resolveEndpoint(): MaybePromise<string | URL> {
    return this.endpoint;
  }

  /** The chunks of one answer, asynchronously: LangChain.js's own streaming hook. */
  override _streamResponseChunks(
    prompt: string,
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<GenerationChunk> {
    return this._astream(prompt, options, runManager);
  }

  /**
   * The chunks of one answer, asynchronously. Leaving the loop closes the request.
   *
   * @throws HttpStreamingError on the first read or later; see the error classes.
   */
  _astream(
    prompt: string,
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<GenerationChunk> {
    return this[RUNNERS].of(this).chunks(prompt, options, runManager);
  }

  /**
   * The chunks of one answer, synchronously: blocks the thread while it waits. Callbacks run when the
   * event loop next does, in the same order.
   *
   * @throws HttpStreamingError like {@link _astream}; SynchronousHookError when a hook returns a Promise.
   */
  _stream(
    prompt: string,
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Generator<GenerationChunk, void, undefined> {
    return this[RUNNERS].of(this).chunksSync(prompt, options, runManager);
  }

  /** The text of one answer. */
  override async _call(
    prompt: string,
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<string> {
    return (await this[RUNNERS].of(this).read(prompt, options, runManager)).text;
  }

  /** The answers to several prompts, asked at the same time; the first failure ends the others. */
  override async _generate(
    prompts: string[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<LLMResult> {
    const answers = await this[RUNNERS].of(this).readAll(prompts, options, runManager);
    const generations = answers.flatMap((answer) => answer.result().generations);
    return { generations, llmOutput: llmOutput(generations.flat()) };
  }

  /** @ignore LangChain's way from `invoke`, on which an input that is none is not refused. */
  override async generatePrompt(
    prompts: BasePromptValueInterface[],
    options?: string[] | Partial<CallOptions>,
    callbacks?: Callbacks,
  ): Promise<LLMResult> {
    for (const prompt of prompts) requirePrompt(prompt, modelClassOf(this));
    return super.generatePrompt(prompts, options, callbacks);
  }

  /** The text of one answer, synchronously: blocks the thread until it is complete. */
  invokeSync(input: BaseLanguageModelInput, options?: Partial<CallOptions>): string {
    return this[RUNNERS].of(this).invokeSync(input, options);
  }

  /**
   * The tokens of one answer, synchronously: blocks the thread while it waits for each. For scripts,
   * REPLs and command lines, not for servers. Leaving the loop closes the request.
   *
   * @throws HttpStreamingError like `stream()`; SynchronousHookError when a hook returns a Promise.
   */
  streamSync(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Generator<string, void, undefined> {
    return this[RUNNERS].of(this).streamSync(input, options);
  }

  /** @ignore LangChain's inner iterator: the same, with one ending for every run. */
  override _streamIterator(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): AsyncGenerator<string, void, undefined> {
    return this[RUNNERS].of(this).streamIterator(input, options);
  }

  /** The tokens of one answer: LangChain's stream, on which `for await` costs little per token. */
  override async stream(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Promise<IterableReadableStream<string>> {
    return openStream(options, (config) => this._streamIterator(input, config));
  }

  /** LangChain's events of all runs of a call. Leaving the loop closes the request. */
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2"; encoding: "text/event-stream" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<Uint8Array>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> {
    return leavableEvents(options, (linked) => super.streamEvents(input, linked, streamOptions));
  }

  /** LangChain's log of a call, as patches. Leaving the loop closes the request. */
  override streamLog(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
    streamOptions?: EventsOptions,
  ): AsyncGenerator<RunLogPatch> {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
    return leavable(options, (linked) => super.streamLog(input, linked, streamOptions));
  }

  /** @ignore LangChain's inner log, on which `streamLog` and the events of version 1 rest. */
  protected override _streamLog(
    input: BaseLanguageModelInput,
    handler: LogStreamCallbackHandler,
    config: Partial<CallOptions>,
  ): AsyncGenerator<RunLogPatch> {
    return callLog(this, (runnable) => super._streamLog.call(runnable, input, handler, config));
  }

  /**
   * The number of tokens of a text, or of a message's content: by the hook `countTokens`, or estimated.
   * LangChain's own downloads a vocabulary.
   */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return contentTokens(content, this);
  }

  /** This model, and others that are asked where it fails before its first chunk. */
  override withFallbacks(
    fallbacks:
      | { fallbacks: Runnable<BaseLanguageModelInput, string>[] }
      | Runnable<BaseLanguageModelInput, string>[],
  ): RunnableWithFallbacks<BaseLanguageModelInput, string> {
    return modelWithFallbacks(this, fallbacks);
  }

  /** @ignore The binding is serialised with its options: what may hold credentials stays out of that too. */
  override withConfig(config: Partial<CallOptions>): ModelBinding<string, CallOptions> {
    return new ModelBinding(bindingOf<string, CallOptions>(this, config));
  }
}
