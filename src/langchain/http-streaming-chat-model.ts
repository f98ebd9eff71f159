import type { CallbackManagerForLLMRun, Callbacks } from "@langchain/core/callbacks/manager";
import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
  type BindToolsInput,
  type LangSmithParams,
} from "@langchain/core/language_models/chat_models";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { ModelProfile } from "@langchain/core/language_models/profile";
import { ChatModelStream } from "@langchain/core/language_models/stream";
import {
  coerceMessageLikeToMessage,
  type AIMessageChunk,
  type BaseMessage,
  type BaseMessageLike,
  type MessageContent,
  type MessageOutputVersion,
} from "@langchain/core/messages";
import { ChatPromptValue } from "@langchain/core/prompt_values";
import type { ChatGenerationChunk, ChatResult, LLMResult } from "@langchain/core/outputs";
import { ensureConfig, type Runnable, type RunnableConfig } from "@langchain/core/runnables";
import type { RunLogPatch } from "@langchain/core/tracers/log_stream";
import type { StreamEvent } from "@langchain/core/types/stream";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { v7 } from "@langchain/core/utils/uuid";
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
import { AnswerIterator } from "./reading/answer-iterator.js";
import { answerCache } from "./runs/response-cache.js";
import { AnswersOnlyCache, isFactsOnly } from "./runs/call-facts.js";
import { adaptChatChunk } from "./chat/message-to-delta.js";
import {
  MessageAccumulator,
  combineTokenUsage,
  replayGeneration,
  tokenUsage,
} from "./chat/message-accumulator.js";
import {
  openChunks,
  openQuietly,
  readQuietly,
  streamChunks,
  streamChunksSync,
  type Cancellation,
  type ChunkSink,
} from "./reading/chunk-stream.js";
import { bindingOf, ChatModelBinding } from "./model-binding.js";
import { openEvents } from "./chat/event-source.js";
import {
  contentTokens,
  estimateTokens,
  messageTokens,
  type MessageTokens,
} from "./token-estimate.js";
import { TokenStream } from "./reading/token-stream.js";
import { leavable, leavableEvents } from "./reading/leavable-events.js";
import { cacheKeyOptions, conceal } from "./privacy/concealed-options.js";
import {
  CONVERSATION,
  conversationDigest,
  type ConversationKey,
} from "./privacy/conversation-key.js";
import { langSmithMetadata, promptOf, tracedParams } from "./core-members.js";
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
import {
  describeModel,
  langSmithParams,
  serializeModel,
  showAsTraced,
} from "./privacy/serialize-model.js";
import type { AnyObject, StructuredSchema } from "./chat/schema.js";
import {
  structuredOutput,
  type ResponseFormat,
  type StructuredOutputMethod,
} from "./chat/structured-output.js";
import { toToolDefinition, toToolDefinitions, type BoundTool } from "./chat/tool-definitions.js";
import { tracedStream, tracedStreamSync, type TracedCall } from "./runs/traced-stream.js";

/** Constructor fields of {@link HttpStreamingChatModel}: LangChain's own, and the settings of requests. */
export type HttpStreamingChatModelFields = BaseChatModelParams &
  RequestSettings & {
    /** What the model can do; see {@link HttpStreamingChatModel.profile}. */
    profile?: ModelProfile;
  };

/** Call options of {@link HttpStreamingChatModel}: LangChain's own, and the settings of requests for one call. */
export interface HttpStreamingChatModelCallOptions
  extends BaseChatModelCallOptions, RequestSettings {
  maxRetries?: number;
  /** The tools the model may call; `buildPayload` gets them as JSON-schema definitions. Set by `bindTools`. */
  tools?: BoundTool[];
  /** Whether the model has to keep to the tools' schemas: `strict` of each that does not say so itself. */
  strict?: boolean;
  /** A wish for JSON. Set by `withStructuredOutput` for the methods `jsonSchema` and `jsonMode`. */
  response_format?: ResponseFormat;
}

/** What `parseChunk` of a chat model may return. `null`, `undefined` and `""` emit nothing. */
export type ParsedChatChunk =
  | string
  | StreamDelta
  | AIMessageChunk
  | ChatGenerationChunk
  | null
  | undefined
  | readonly ParsedChatChunk[];

/**
 * The optional hooks are declared apart from the class, where nothing is emitted for them and where
 * TypeScript lets a subclass choose between a field and a getter.
 */
export interface HttpStreamingChatModel<StreamRecord, CallOptions> extends OptionalHooks<
  StreamRecord,
  ParsedChatChunk,
  HookOptions<CallOptions>,
  BaseMessage[]
> {
  /**
   * The ways in which the server can be made to answer in the shape of a schema, the preferred one first.
   * Default: tool calling. For `jsonSchema` and `jsonMode`, `buildPayload` reads `options.response_format`.
   */
  structuredOutputMethods?: readonly StructuredOutputMethod[];
}

/**
 * A chat model behind an HTTP endpoint. Say where it is, what to send for a list of messages and how to
 * read one record; tools, structured output, reasoning, usage and every streaming path then work.
 *
 * @typeParam StreamRecord what the format yields, and `parseChunk` reads.
 * @typeParam CallOptions the call options, for models that add their own.
 *
 * @example
 * ```ts
 * import type { BaseMessage } from "@langchain/core/messages";
 * import { HttpStreamingChatModel, sse } from "http-streaming-llm";
 * import { toOpenAIMessages } from "http-streaming-llm/openai";
 *
 * interface Chunk {
 *   choices?: { delta?: { content?: string }; finish_reason?: string | null }[];
 * }
 *
 * class MyChat extends HttpStreamingChatModel<Chunk> {
 *   _llmType() {
 *     return "my-chat";
 *   }
 *   endpoint = "http://127.0.0.1:8000/v1/chat/completions";
 *   format = sse<Chunk>();
 *   buildPayload(messages: BaseMessage[]) {
 *     return { model: "qwen3", messages: toOpenAIMessages(messages), stream: true };
 *   }
 *   parseChunk({ choices }: Chunk) {
 *     const choice = choices?.[0];
 *     return { text: choice?.delta?.content, finishReason: choice?.finish_reason };
 *   }
 * }
 *
 * const chat = new MyChat();
 * for await (const chunk of await chat.stream("Why is the sky blue?")) {
 *   process.stdout.write(chunk.text);
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- what is merged is optional: nothing to initialise
export abstract class HttpStreamingChatModel<
  StreamRecord = unknown,
  CallOptions extends HttpStreamingChatModelCallOptions = HttpStreamingChatModelCallOptions,
> extends BaseChatModel<CallOptions> {
  /** @ignore LangChain may serialise the model: what it then gets is said by {@link toJSON}. */
  override lc_serializable = true;

  readonly #defaults: ModelDefaults;
  #profile: ModelProfile;

  /** @param fields LangChain's own fields and the settings of requests; all have defaults. */
  constructor(fields: HttpStreamingChatModelFields = {}) {
    // What may hold credentials stays out of the fields that LangChain keeps and serialises.
    const { profile = {}, ...kept } = fields;
    super(withoutSecretSettings(kept));
    this.#profile = profile;
    // LangChain declares it among the fields, and leaves it to subclasses to take it.
    this.disableStreaming = fields.disableStreaming ?? false;
    this.#defaults = fields;
    if (this.cache) this.cache = new AnswersOnlyCache(this.cache);
  }

  /**
   * What the model can do, for agents and middleware: its input limit, whether it takes images, and so on. What
   * the constructor's `profile` says; `structuredOutput` by {@link structuredOutputMethods} unless it is said.
   */
  override get profile(): ModelProfile {
    const methods = this.structuredOutputMethods;
    return {
      ...(methods !== undefined && { structuredOutput: methods.includes("jsonSchema") }),
      ...this.#profile,
    };
  }

  override set profile(profile: ModelProfile) {
    this.#profile = profile;
  }

  /** Where the model is: a field or a getter. For a URL per call override {@link resolveEndpoint}. */
  abstract endpoint: string | URL;

  /** A literal that names this kind of model. LangChain calls it before fields exist. */
  abstract override _llmType(): string;

  /**
   * The request body for a conversation. An object is sent as JSON; `string`, `Uint8Array`, `URLSearchParams`
   * and `FormData` go as they are. A Promise restricts the model to the asynchronous path.
   */
  abstract buildPayload(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    context: PayloadContext,
  ): unknown;

  /** What one record of the stream says. Synchronous. */
  abstract parseChunk(record: StreamRecord, context: ChunkContext): ParsedChatChunk;

  /** The endpoint of one attempt: a region, a deployment, a token in the query. Default: {@link endpoint}. */
  resolveEndpoint(
    _options: this["ParsedCallOptions"],
    _messages: BaseMessage[],
    _context: AttemptContext,
  ): MaybePromise<string | URL> {
    return this.endpoint;
  }

  /** @ignore The call options this model understands. */
  override get callKeys(): string[] {
    return [...super.callKeys, "tools", "tool_choice", "response_format", "strict"];
  }

  /** The chunks of one answer, asynchronously: LangChain.js's own streaming hook. */
  override _streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    return this._astream(messages, options, runManager);
  }

  /**
   * The chunks of one answer, asynchronously. Leaving the loop closes the request.
   *
   * @throws HttpStreamingError on the first read or later; see the error classes.
   */
  _astream(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    return this.#chunks(messages, options, runManager, this.#collector(options, runManager?.runId));
  }

  /**
   * The chunks of one answer, synchronously: blocks the thread while it waits. Callbacks run when the
   * event loop next does, in the same order.
   *
   * @throws HttpStreamingError like {@link _astream}; SynchronousHookError when a hook returns a Promise.
   */
  *_stream(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Generator<ChatGenerationChunk, void, undefined> {
    const queue = new CallbackQueue();
    const isHeard = hearsTokens(runManager);
    const collector = this.#collector(options, runManager?.runId);
    for (const chunk of this.#chunksSync(messages, options, collector)) {
      if (isHeard) queue.add(() => newToken(runManager, chunk));
      yield chunk;
    }
  }

  /** One answer, whole. */
  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    const collector = this.#collector(options, runManager?.runId);
    const call = this.#bind(messages, options, collector, showsTokens(runManager));
    const abortion = this.#abortion(options.signal, collector);
    if (hearsTokens(runManager)) {
      for await (const _ of streamChunks(call, chunkSink(collector, runManager), abortion));
    } else {
      await readQuietly(call, (delta) => collector.collect(delta), abortion);
    }
    const message = collector.message();
    const { generationInfo } = collector.generation() ?? {};
    return {
      generations: [{ text: collector.text, message, ...(generationInfo && { generationInfo }) }],
      llmOutput: uncopied(tokenUsage(message)),
    };
  }

  /**
   * The answer as LangChain's content-block events: text, reasoning and each tool call are blocks of their
   * own, with the provider's true reason at the end.
   */
  override _streamChatModelEvents(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatModelStreamEvent> {
    // Without a name of our own: LangChain, which calls this without a manager, names the message by its run.
    const collector = new MessageAccumulator(this.#outputVersion(options), runManager?.runId);
    return new AnswerIterator({
      signal: options.signal,
      abortError: (signal) => this.#abortion(signal, collector).error(signal),
      open: () =>
        openEvents(this.#bind(messages, options, collector), collector, tokenTeller(runManager)),
    });
  }

  /** One answer, synchronously: blocks the thread until it is complete. */
  invokeSync(input: BaseLanguageModelInput, options?: Partial<CallOptions>): AIMessageChunk {
    const { messages, callOptions, collector, traced } = this.#prepare(
      input,
      withBlockingTimeout(options, this.#defaults),
    );
    const open = () => this.#chunksSync(messages, callOptions, collector, traced.showsTokens());
    for (const _ of tracedStreamSync(traced, open));
    return collector.message();
  }

  /**
   * The chunks of one answer, synchronously: blocks the thread while it waits for each. For scripts,
   * REPLs and command lines, not for servers. Leaving the loop closes the request.
   *
   * @throws HttpStreamingError like `stream()`; SynchronousHookError when a hook returns a Promise.
   */
  streamSync(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Generator<AIMessageChunk, void, undefined> {
    const { messages, callOptions, collector, traced } = this.#prepare(
      input,
      withBlockingTimeout(options, this.#defaults),
    );
    const open = () => this.#chunksSync(messages, callOptions, collector);
    return tracedStreamSync(traced, open);
  }

  /** @ignore LangChain's inner iterator: the same, with one ending for every run. */
  override _streamIterator(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): AsyncGenerator<AIMessageChunk, void, undefined> {
    if (this.disableStreaming) {
      return super._streamIterator(input, options) as AsyncGenerator<
        AIMessageChunk,
        void,
        undefined
      >;
    }
    const { messages, callOptions, collector, traced } = this.#prepare(input, options);
    return tracedStream(traced, (manager) => {
      const call = this.#bind(messages, callOptions, collector);
      return hearsTokens(manager)
        ? openChunks(call, chunkSink(collector, manager), messageOf)
        : openQuietly(call, (delta) => collector.addMessage(delta));
    });
  }

  /** The chunks of one answer: LangChain's stream, on which `for await` costs little per token. */
  override async stream(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Promise<IterableReadableStream<AIMessageChunk>> {
    const config = ensureConfig<CallOptions>(options as CallOptions);
    return TokenStream.open(this._streamIterator(input, config), config);
  }

  /**
   * With `version`: LangChain's events of all runs. Without: a stream of content-block events of this
   * answer, which is traced like every other call.
   */
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2"; encoding: "text/event-stream" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<Uint8Array>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options: Partial<CallOptions> & { version: "v1" | "v2" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<StreamEvent>;
  override streamEvents(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): ChatModelStream;
  override streamEvents(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions> & { version?: "v1" | "v2" },
    streamOptions?: StreamEventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> | ChatModelStream {
    const { version } = options ?? {};
    if (version !== undefined) {
      return leavableEvents(options?.signal, (signal) => {
        const versioned = { ...options, version, signal } as Versioned<CallOptions>;
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- most code still asks for these events
        return super.streamEvents(input, versioned, streamOptions);
      });
    }
    const { messages, callOptions, collector, traced } = this.#prepare(input, options);
    const events: TracedCall<ChatModelStreamEvent, ChatModelStreamEvent> = {
      ...traced,
      output: (event) => event,
      // The cache holds messages, not the events that made them.
      cache: undefined,
      onToken: () => Promise.resolve(),
    };
    return new ChatModelStream(
      tracedStream(events, (manager) =>
        openEvents(this.#bind(messages, callOptions, collector), collector, tokenTeller(manager)),
      ),
    );
  }

  /** LangChain's log of a call, as patches. Leaving the loop closes the request. */
  override streamLog(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
    streamOptions?: Parameters<Runnable["streamLog"]>[2],
  ): AsyncGenerator<RunLogPatch> {
    return leavable(options?.signal, (signal) =>
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
      super.streamLog(input, { ...options, signal } as Partial<CallOptions>, streamOptions),
    );
  }

  /**
   * This model with tools. They reach `buildPayload` as `options.tools`, JSON-schema definitions, and
   * `tool_choice` as the caller gave it; `toOpenAIToolChoice` translates it for OpenAI-compatible servers.
   *
   * @throws HookError when something among the tools is none.
   */
  override bindTools(
    tools: BindToolsInput[],
    kwargs?: Partial<CallOptions>,
  ): ChatModelBinding<CallOptions> {
    const bound = { tools: toToolDefinitions(tools, kwargs?.strict), ...kwargs };
    return this.withConfig(bound as Partial<CallOptions>);
  }

  /**
   * This model with answers in the shape of a schema: a runnable that gives the parsed object, or with
   * `includeRaw` both message and object. By tool calling, or by a method of {@link structuredOutputMethods}.
   *
   * @throws HookError for a method that this model does not know.
   * @throws OutputParserException (of LangChain) from the runnable, for an answer that does not fit;
   * ModelRefusalError for a refusal.
   */
  override withStructuredOutput<RunOutput extends AnyObject>(
    schema: StructuredSchema<RunOutput>,
    config?: StructuredOutputMethodOptions,
  ): Runnable<BaseLanguageModelInput, RunOutput>;
  override withStructuredOutput<RunOutput extends AnyObject>(
    schema: StructuredSchema<RunOutput>,
    config?: StructuredOutputMethodOptions<true>,
  ): Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: RunOutput }>;
  override withStructuredOutput<RunOutput extends AnyObject>(
    schema: StructuredSchema<RunOutput>,
    config?: StructuredOutputMethodOptions<boolean>,
  ):
    | Runnable<BaseLanguageModelInput, RunOutput>
    | Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: RunOutput }> {
    return structuredOutput(this, schema, config);
  }

  /**
   * The number of tokens of a text, or of a message's content: by the hook `countTokens`, or estimated.
   * LangChain's own downloads a vocabulary.
   */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return contentTokens(content, (text) => this.countTokens?.(text) ?? estimateTokens(text));
  }

  /** The number of tokens of messages, with what a chat template puts around them. */
  async getNumTokensFromMessages(messages: readonly BaseMessage[]): Promise<MessageTokens> {
    return messageTokens(messages, (content) => this.getNumTokens(content));
  }

  /** Reads the input and the options, and describes the run that traces the call. */
  #prepare(input: BaseLanguageModelInput, options: Partial<CallOptions> | undefined) {
    const messages = promptOf(input).toChatMessages();
    const [config, callOptions] = this._separateRunnableConfigFromCallOptionsCompat(options);
    const runId = config.runId ?? v7();
    const collector = this.#collector(callOptions, runId);
    const traced: TracedCall<ChatGenerationChunk, AIMessageChunk> = {
      signal: callOptions.signal,
      hearsTokens: () => hearsTokens(managerFor(this, config)),
      showsTokens: () => showsTokens(managerFor(this, config)),
      start: () => this.#startRun(messages, { ...config, runId }, callOptions),
      output: messageOf,
      onToken: newToken,
      cache:
        this.cache &&
        answerCache(
          this.cache,
          [new ChatPromptValue(messages).toString(), this.#cacheKey(messages, callOptions)],
          () => collector.generation(),
          replayGeneration,
        ),
      result: () => collector.result(),
      abortError: (signal) => abortError(this.#className, signal, collector.message()),
      readerLeftError: () => readerLeftError(this.#className, collector.message()),
    };
    return { messages, callOptions, collector, traced };
  }

  #startRun(
    messages: BaseMessage[],
    config: RunnableConfig,
    callOptions: this["ParsedCallOptions"],
  ): Promise<Run> {
    const traced = tracedParams(this, callOptions);
    const extra = { options: traced.options, invocation_params: traced.params, batch_size: 1 };
    const metadata = { ...config.metadata, ...langSmithMetadata(this, callOptions) };
    const serialized = this.toJSON();
    return startRun(this, { ...config, metadata }, traced.metadata, (manager, { runId, runName }) =>
      manager.handleChatModelStart(
        serialized,
        [messages],
        runId,
        ...NO_PARENT,
        extra,
        ...NO_TAGS,
        runName,
      ),
    );
  }

  #chunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager: RunManager,
    collector: MessageAccumulator,
  ): AsyncGenerator<ChatGenerationChunk> {
    return streamChunks(
      this.#bind(messages, options, collector),
      chunkSink(collector, runManager),
      this.#abortion(options.signal, collector),
    );
  }

  #chunksSync(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    collector: MessageAccumulator,
    isShown = true,
  ): Generator<ChatGenerationChunk, void, undefined> {
    const toChunk = (delta: Delta): ChatGenerationChunk => collector.add(delta);
    return streamChunksSync(
      this.#bind(messages, options, collector, isShown),
      toChunk,
      this.#abortion(options.signal, collector),
    );
  }

  #collector(options: this["ParsedCallOptions"], runId = v7()): MessageAccumulator {
    return new MessageAccumulator(this.#outputVersion(options), runId);
  }

  #outputVersion(options: this["ParsedCallOptions"]): MessageOutputVersion {
    return options.outputVersion ?? this.outputVersion ?? "v0";
  }

  #bind(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    collector: MessageAccumulator,
    isShown = true,
  ): ModelCall<StreamRecord> {
    // Tools may come by bindTools or by call options: buildPayload sees the same. Servers refuse an empty list.
    const tools = options.tools && toToolDefinitions(options.tools, options.strict);
    const given = { ...options, tools: tools?.length === 0 ? undefined : tools };
    return bindCall(this, this.#defaults, messages, given, {
      operation: "chat",
      adapt: adaptChatChunk,
      partial: () => collector.text,
      ...(!isShown && {
        restart: () => {
          collector.restart();
        },
      }),
    });
  }

  #abortion(signal: AbortSignal | undefined, collector: MessageAccumulator): Cancellation {
    return {
      signal,
      error: (fired) => abortError(this.#className, fired, collector.message()),
    };
  }

  get #className(): string {
    return this.constructor.name;
  }

  /** @ignore The binding is serialised with its options: what may hold credentials stays out of that too. */
  override withConfig(config: Partial<CallOptions>): ChatModelBinding<CallOptions> {
    return new ChatModelBinding(bindingOf<AIMessageChunk, CallOptions>(this, config));
  }

  /** @ignore Keeps what may hold credentials out of traces and cache keys. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<CallOptions>,
  ): ReturnType<BaseChatModel<CallOptions>["_separateRunnableConfigFromCallOptionsCompat"]> {
    const [config, callOptions] = super._separateRunnableConfigFromCallOptionsCompat(options);
    return [config, conceal(callOptions)];
  }

  #cacheKey(messages: readonly BaseMessage[], options: this["ParsedCallOptions"]): string {
    const counted = { ...options, [CONVERSATION]: conversationDigest(messages) };
    return this._getSerializedCacheKeyParametersForCall(counted as unknown as CallOptions);
  }

  /** @ignore The cache key: what changes the answer, and no credential. */
  override _getSerializedCacheKeyParametersForCall(options: CallOptions): string {
    return super._getSerializedCacheKeyParametersForCall({
      ...cacheKeyOptions(this, options),
      tools: options.tools?.map(toToolDefinition),
      conversation: (options as ConversationKey)[CONVERSATION],
    } as unknown as CallOptions);
  }

  /** @ignore LangChain makes one cache key for several conversations: those it cannot tell apart go alone. */
  override async generate(
    messages: BaseMessageLike[][],
    options?: string[] | Partial<CallOptions>,
    callbacks?: Callbacks,
  ): Promise<LLMResult> {
    const digests =
      this.cache &&
      messages.map((list) => conversationDigest(list.map(coerceMessageLikeToMessage)));
    if (digests?.every((digest) => digest === undefined) ?? true) {
      return super.generate(messages, options, callbacks);
    }
    const given = Array.isArray(options) ? { stop: options } : options;
    const results = await Promise.all(
      messages.map((list, i) => {
        const own = { ...given, [CONVERSATION]: digests?.[i] } as unknown as Partial<CallOptions>;
        // A run's id is for one run: LangChain gives it to the first.
        if (i > 0) delete own.runId;
        return super.generate([list], own, callbacks);
      }),
    );
    return {
      generations: results.flatMap(({ generations }) => generations),
      llmOutput: this._combineLLMOutput(...results.map(({ llmOutput }) => llmOutput)),
    };
  }

  /** @ignore Sums the usage of several answers. */
  override _combineLLMOutput(...outputs: LLMResult["llmOutput"][]): Record<string, unknown> {
    return combineTokenUsage(outputs);
  }

  /** What LangSmith shows of the model: provider, name, temperature, token limit, stop sequences. */
  override getLsParams(options: this["ParsedCallOptions"]): LangSmithParams {
    const params = this.invocationParams(options);
    return { ...super.getLsParams(options), ...langSmithParams([options, this, params]) };
  }

  /** What traces show as the parameters of a call: what identifies the model, stop sequences and tools. */
  override invocationParams(options?: this["ParsedCallOptions"]): Record<string, unknown> {
    return {
      ...this._identifyingParams(),
      _type: this._llmType(),
      ...(options?.stop && { stop: options.stop }),
      ...(options?.tools && { tools: options.tools }),
      ...(options?.tool_choice && { tool_choice: options.tool_choice }),
      ...(options?.response_format && { response_format: options.response_format }),
    };
  }

  /** What tells this model from another of its class: endpoint and constructor fields, without credentials. */
  override _identifyingParams(): Record<string, unknown> {
    return describeModel(this);
  }

  /** @internal */
  protected static readonly shown: boolean = /* @__PURE__ */ showAsTraced(this);

  /** LangChain's serialised form, without credentials: each is replaced by LangChain's mark for secrets. */
  override toJSON(): ReturnType<BaseChatModel["toJSON"]> {
    return serializeModel(
      () => super.toJSON(),
      () => this.toJSONNotImplemented(),
    );
  }
}

type StreamEventsOptions = Parameters<Runnable["streamEvents"]>[2];
type Versioned<CallOptions> = Partial<CallOptions> & { version: "v1" | "v2" };

/**
 * LangChain copies the enumerable fields of `llmOutput` into the message's metadata, where the message
 * of a stream has none: callbacks can read these, the copy passes them by.
 */
function uncopied(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [name, { value }] as const);
  return Object.defineProperties({}, Object.fromEntries(entries));
}

function chunkSink(
  collector: MessageAccumulator,
  manager: RunManager,
): ChunkSink<ChatGenerationChunk> {
  return { toChunk: (delta) => collector.add(delta), onChunk: tokenTeller(manager) };
}

function messageOf({ message }: ChatGenerationChunk): AIMessageChunk {
  return message as AIMessageChunk;
}

/** Tells the handlers of a chunk; `undefined` when none wants to know. */
function tokenTeller(manager: RunManager) {
  if (!hearsTokens(manager)) return undefined;
  return (chunk: ChatGenerationChunk): Promise<void> => newToken(manager, chunk);
}

async function newToken(manager: RunManager, chunk: ChatGenerationChunk): Promise<void> {
  const index = { prompt: 0, completion: 0 };
  if (isFactsOnly(chunk)) return;
  await manager?.handleLLMNewToken(chunk.text, index, undefined, undefined, undefined, { chunk });
}
