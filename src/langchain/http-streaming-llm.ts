import { AIMessageChunk, type MessageContent } from "@langchain/core/messages";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import {
  LLM,
  type BaseLLMCallOptions,
  type BaseLLMParams,
} from "@langchain/core/language_models/llms";
import { ensureConfig, type RunnableConfig } from "@langchain/core/runnables";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import type { Generation, GenerationChunk, LLMResult } from "@langchain/core/outputs";
import type { RunLogPatch } from "@langchain/core/tracers/log_stream";
import type { StreamEvent } from "@langchain/core/types/stream";
import type { Delta, StreamDelta } from "../streaming/answer/delta.js";
import type {
  AttemptContext,
  ChunkContext,
  MaybePromise,
  ModelCall,
  PayloadContext,
} from "../streaming/call/call.js";
import { withoutSecretSettings } from "../streaming/setting-table.js";
import type { RequestSettings } from "../streaming/settings.js";
import { abortError, readerLeftError, withBlockingTimeout } from "./runs/abort-error.js";
import {
  openChunks,
  openQuietly,
  readQuietly,
  streamChunks,
  streamChunksSync,
  type Cancellation,
  type ChunkSink,
} from "./reading/chunk-stream.js";
import { leavable, leavableEvents } from "./reading/leavable-events.js";
import { bindingOf, ModelBinding } from "./model-binding.js";
import { contentTokens, estimateTokens } from "./token-estimate.js";
import { TokenStream } from "./reading/token-stream.js";
import { cacheKeyOptions, conceal } from "./privacy/concealed-options.js";
import { promptOf, tracedParams } from "./core-members.js";
import {
  adaptGenerationChunk,
  GenerationAccumulator,
  llmOutput,
  replayGeneration,
  toGenerationChunk,
} from "./text/generation.js";
import { answerCache } from "./runs/response-cache.js";
import { AnswersOnlyCache, isFactsOnly } from "./runs/call-facts.js";
import { bindCall, type HookOptions, type ModelDefaults, type OptionalHooks } from "./hooks.js";
import {
  CallbackQueue,
  hearsTokens,
  showsTokens,
  managerFor,
  NO_PARENT,
  NO_TAGS,
  startRun,
  type Run,
  type RunManager,
} from "./runs/run.js";
import { tracedStream, tracedStreamSync, type TracedCall } from "./runs/traced-stream.js";
import { describeModel, serializeModel, showAsTraced } from "./privacy/serialize-model.js";

/** Constructor fields of {@link HttpStreamingLLM}: LangChain's own, and the settings of requests. */
export interface HttpStreamingLLMFields extends BaseLLMParams, RequestSettings {
  maxRetries?: number;
}

/** Call options of {@link HttpStreamingLLM}: LangChain's own, and the settings of requests for one call. */
export interface HttpStreamingLLMCallOptions extends BaseLLMCallOptions, RequestSettings {
  maxRetries?: number;
}

/** What `parseChunk` of an LLM may return. `null`, `undefined` and `""` emit nothing. */
export type ParsedChunk =
  string | StreamDelta | GenerationChunk | null | undefined | readonly ParsedChunk[];

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
> extends LLM<CallOptions> {
  /** @ignore LangChain may serialise the model: what it then gets is said by {@link toJSON}. */
  override lc_serializable = true;

  readonly #defaults: ModelDefaults;

  /** @param fields LangChain's own fields and the settings of requests; all have defaults. */
  constructor(fields: HttpStreamingLLMFields = {}) {
    // What may hold credentials stays out of the fields that LangChain keeps and serialises.
    super(withoutSecretSettings(fields));
    this.#defaults = fields;
    if (this.cache) this.cache = new AnswersOnlyCache(this.cache);
  }

  /** Where the model is: a field or a getter. For a URL per call override {@link resolveEndpoint}. */
  abstract endpoint: string | URL;

  /** A literal that names this kind of model. LangChain calls it before fields exist. */
  abstract override _llmType(): string;

  /**
   * The request body for a prompt. An object is sent as JSON; `string`, `Uint8Array`, `URLSearchParams` and
   * `FormData` go as they are. A Promise restricts the model to the asynchronous path.
   */
  abstract buildPayload(
    prompt: string,
    options: this["ParsedCallOptions"],
    context: PayloadContext,
  ): unknown;

  /** What one record of the stream says. Synchronous. */
  abstract parseChunk(record: StreamRecord, context: ChunkContext): ParsedChunk;

  /** The endpoint of one attempt: a region, a deployment, a token in the query. Default: {@link endpoint}. */
  resolveEndpoint(
    _options: this["ParsedCallOptions"],
    _prompt: string,
    _context: AttemptContext,
  ): MaybePromise<string | URL> {
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
    return this.#chunks(prompt, options, runManager, new GenerationAccumulator());
  }

  /**
   * The chunks of one answer, synchronously: blocks the thread while it waits. Callbacks run when the
   * event loop next does, in the same order.
   *
   * @throws HttpStreamingError like {@link _astream}; SynchronousHookError when a hook returns a Promise.
   */
  *_stream(
    prompt: string,
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Generator<GenerationChunk, void, undefined> {
    const queue = new CallbackQueue();
    const isHeard = hearsTokens(runManager);
    for (const chunk of this.#chunksSync(prompt, options, new GenerationAccumulator())) {
      if (isHeard) queue.add(() => newToken(runManager, chunk, 0));
      yield chunk;
    }
  }

  /** The text of one answer. */
  override async _call(
    prompt: string,
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<string> {
    return (await this.#answer(prompt, options, runManager, 0)).text;
  }

  /** The answers to several prompts, asked at the same time; the first failure ends the others. */
  override async _generate(
    prompts: string[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<LLMResult> {
    const siblings = new AbortController();
    const signals = [options.signal, siblings.signal].filter((signal) => signal !== undefined);
    const linked = prompts.length > 1 ? { ...options, signal: AbortSignal.any(signals) } : options;
    try {
      const generations = await Promise.all(
        prompts.map((prompt, index) => this.#answer(prompt, linked, runManager, index)),
      );
      return {
        generations: generations.map((generation) => [generation]),
        llmOutput: llmOutput(generations),
      };
    } catch (error) {
      siblings.abort();
      throw error;
    }
  }

  /** The text of one answer, synchronously: blocks the thread until it is complete. */
  invokeSync(input: BaseLanguageModelInput, options?: Partial<CallOptions>): string {
    const { prompt, callOptions, collector, traced } = this.#prepare(
      input,
      withBlockingTimeout(options, this.#defaults),
    );
    const open = () => this.#chunksSync(prompt, callOptions, collector, traced.showsTokens());
    for (const _ of tracedStreamSync(traced, open));
    return collector.text;
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
    const { prompt, callOptions, collector, traced } = this.#prepare(
      input,
      withBlockingTimeout(options, this.#defaults),
    );
    const open = () => this.#chunksSync(prompt, callOptions, collector);
    return tracedStreamSync(traced, open);
  }

  /** @ignore LangChain's inner iterator: the same, with one ending for every run. */
  override _streamIterator(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): AsyncGenerator<string, void, undefined> {
    const { prompt, callOptions, collector, traced } = this.#prepare(input, options);
    return tracedStream(traced, (manager) => {
      const call = this.#bind(prompt, callOptions, collector);
      return hearsTokens(manager)
        ? openChunks(call, chunkSink(collector, manager, 0), tokenOf)
        : openQuietly(call, (delta) => {
            collector.add(delta);
            return tokenOf(delta);
          });
    });
  }

  /** The tokens of one answer: LangChain's stream, on which `for await` costs little per token. */
  override async stream(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Promise<IterableReadableStream<string>> {
    const config = ensureConfig<CallOptions>(options as CallOptions);
    return TokenStream.open(this._streamIterator(input, config), config);
  }

  /** LangChain's events of all runs of a call. Leaving the loop closes the request. */
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<StreamEvent>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2"; encoding: "text/event-stream" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<Uint8Array>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> {
    return leavableEvents(options.signal, (signal) =>
      super.streamEvents(input, { ...options, signal }, streamOptions),
    );
  }

  /** LangChain's log of a call, as patches. Leaving the loop closes the request. */
  override streamLog(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
    streamOptions?: Parameters<LLM["streamLog"]>[2],
  ): AsyncGenerator<RunLogPatch> {
    return leavable(options?.signal, (signal) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
      super.streamLog(input, { ...options, signal } as Partial<CallOptions>, streamOptions),
    );
  }

  /**
   * The number of tokens of a text, or of a message's content: by the hook `countTokens`, or estimated.
   * LangChain's own downloads a vocabulary.
   */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return contentTokens(content, (text) => this.countTokens?.(text) ?? estimateTokens(text));
  }

  /** Reads the input and the options, and describes the run that traces the call. */
  #prepare(input: BaseLanguageModelInput, options: Partial<CallOptions> | undefined) {
    const prompt = promptOf(input).toString();
    const [config, callOptions] = this._separateRunnableConfigFromCallOptionsCompat(options);
    const collector = new GenerationAccumulator();
    const traced: TracedCall<GenerationChunk, string> = {
      signal: callOptions.signal,
      hearsTokens: () => hearsTokens(managerFor(this, config)),
      showsTokens: () => showsTokens(managerFor(this, config)),
      start: () => this.#startRun(prompt, config, callOptions),
      output: tokenOf,
      onToken: (manager, chunk) => newToken(manager, chunk, 0),
      cache:
        this.cache &&
        answerCache(
          this.cache,
          [prompt, this._getSerializedCacheKeyParametersForCall(callOptions as CallOptions)],
          () => collector.generation(),
          replayGeneration,
        ),
      result: () => {
        const generation = collector.generation();
        return { generations: [[generation]], llmOutput: llmOutput([generation]) };
      },
      abortError: (signal) => this.#abortion(signal, collector).error(signal),
      readerLeftError: () => readerLeftError(this.#className, partialMessage(collector)),
    };
    return { prompt, callOptions, collector, traced };
  }

  #startRun(
    prompt: string,
    config: RunnableConfig,
    callOptions: this["ParsedCallOptions"],
  ): Promise<Run> {
    const traced = tracedParams(this, callOptions);
    const extra = { options: traced.options, invocation_params: traced.params, batch_size: 1 };
    const serialized = this.toJSON();
    return startRun(this, config, traced.metadata, (manager, { runId, runName }) =>
      manager.handleLLMStart(serialized, [prompt], runId, ...NO_PARENT, extra, ...NO_TAGS, runName),
    );
  }

  async #answer(
    prompt: string,
    options: this["ParsedCallOptions"],
    runManager: RunManager,
    promptIndex: number,
  ): Promise<Generation> {
    const collector = new GenerationAccumulator();
    const call = this.#bind(prompt, options, collector, showsTokens(runManager));
    const abortion = this.#abortion(options.signal, collector);
    if (hearsTokens(runManager)) {
      for await (const _ of streamChunks(
        call,
        chunkSink(collector, runManager, promptIndex),
        abortion,
      ));
    } else {
      await readQuietly(call, (delta) => collector.add(delta), abortion);
    }
    return collector.generation();
  }

  #chunks(
    prompt: string,
    options: this["ParsedCallOptions"],
    runManager: RunManager,
    collector: GenerationAccumulator,
    promptIndex = 0,
  ): AsyncGenerator<GenerationChunk> {
    return streamChunks(
      this.#bind(prompt, options, collector),
      chunkSink(collector, runManager, promptIndex),
      this.#abortion(options.signal, collector),
    );
  }

  #chunksSync(
    prompt: string,
    options: this["ParsedCallOptions"],
    collector: GenerationAccumulator,
    isShown = true,
  ): Generator<GenerationChunk, void, undefined> {
    return streamChunksSync(
      this.#bind(prompt, options, collector, isShown),
      collecting(collector),
      this.#abortion(options.signal, collector),
    );
  }

  #bind(
    prompt: string,
    options: this["ParsedCallOptions"],
    collector: GenerationAccumulator,
    isShown = true,
  ): ModelCall<StreamRecord> {
    const answer = {
      operation: "text_completion" as const,
      adapt: adaptGenerationChunk,
      partial: () => collector.text,
      ...(!isShown && {
        restart: () => {
          collector.restart();
        },
      }),
    };
    return bindCall(this, this.#defaults, prompt, options, answer);
  }

  #abortion(signal: AbortSignal | undefined, collector: GenerationAccumulator): Cancellation {
    return {
      signal,
      error: (fired) => abortError(this.#className, fired, partialMessage(collector)),
    };
  }

  get #className(): string {
    return this.constructor.name;
  }

  /** @ignore The binding is serialised with its options: what may hold credentials stays out of that too. */
  override withConfig(config: Partial<CallOptions>): ModelBinding<string, CallOptions> {
    return new ModelBinding(bindingOf<string, CallOptions>(this, config));
  }

  /** @ignore Keeps what may hold credentials out of traces and cache keys. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<CallOptions>,
  ): ReturnType<LLM<CallOptions>["_separateRunnableConfigFromCallOptionsCompat"]> {
    const [config, callOptions] = super._separateRunnableConfigFromCallOptionsCompat(options);
    return [config, conceal(callOptions)];
  }

  /** @ignore The cache key: what changes the answer, and no credential. */
  override _getSerializedCacheKeyParametersForCall(options: CallOptions): string {
    return super._getSerializedCacheKeyParametersForCall(
      cacheKeyOptions(this, options) as CallOptions,
    );
  }

  /** @ignore Gives every prompt its own usage, where LangChain gives all of it to the first. */
  override _flattenLLMResult(result: LLMResult): LLMResult[] {
    return result.generations.map((generations) => ({
      generations: [generations],
      llmOutput: llmOutput(generations),
    }));
  }

  /** What traces show as the parameters of a call: what identifies the model, and the stop sequences. */
  override invocationParams(options?: this["ParsedCallOptions"]): Record<string, unknown> {
    return {
      ...this._identifyingParams(),
      _type: this._llmType(),
      ...(options?.stop && { stop: options.stop }),
    };
  }

  /** What tells this model from another of its class: endpoint and constructor fields, without credentials. */
  override _identifyingParams(): Record<string, unknown> {
    return describeModel(this);
  }

  /** @internal */
  protected static readonly shown: boolean = /* @__PURE__ */ showAsTraced(this);

  /** LangChain's serialised form, without credentials: each is replaced by LangChain's mark for secrets. */
  override toJSON(): ReturnType<LLM["toJSON"]> {
    return serializeModel(
      () => super.toJSON(),
      () => this.toJSONNotImplemented(),
    );
  }
}

/** A chunk as far as a reader of tokens looks at it. */
type Token = Pick<GenerationChunk, "text">;

/** Chunks for whoever reads chunks. */
type StreamEventsOptions = Parameters<LLM["streamEvents"]>[2];

function chunkSink(
  collector: GenerationAccumulator,
  manager: RunManager,
  promptIndex: number,
): ChunkSink<GenerationChunk> {
  return {
    toChunk: collecting(collector),
    onChunk: hearsTokens(manager) ? (chunk) => newToken(manager, chunk, promptIndex) : undefined,
  };
}

function tokenOf({ text }: Token): string | undefined {
  return text === "" ? undefined : text;
}

function collecting(collector: GenerationAccumulator) {
  return (delta: Delta): GenerationChunk => {
    collector.add(delta);
    return toGenerationChunk(delta);
  };
}

async function newToken(
  manager: RunManager,
  chunk: GenerationChunk,
  promptIndex: number,
): Promise<void> {
  const index = { prompt: promptIndex, completion: 0 };
  if (isFactsOnly(chunk)) return;
  await manager?.handleLLMNewToken(chunk.text, index, undefined, undefined, undefined, { chunk });
}

function partialMessage(collector: GenerationAccumulator): AIMessageChunk {
  return new AIMessageChunk({ content: collector.text });
}
