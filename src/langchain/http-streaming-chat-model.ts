import type { CallbackManagerForLLMRun, Callbacks } from "@langchain/core/callbacks/manager";
import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from "@langchain/core/language_models/base";
import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { ModelProfile } from "@langchain/core/language_models/profile";
import type { ChatModelStream } from "@langchain/core/language_models/stream";
import type { AIMessageChunk, BaseMessage, MessageContent } from "@langchain/core/messages";
import type { ChatGenerationChunk, ChatResult, LLMResult } from "@langchain/core/outputs";
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
import { chatAnswers, chatResult } from "./chat/chat-answers.js";
import { answerEvents, tracedEvents } from "./chat/event-source.js";
import type { AnyObject, StructuredSchema } from "./chat/schema.js";
import { structuredOutput } from "./chat/structured-output.js";
import { toToolDefinitions } from "./chat/tool-definitions.js";
import { requireFields, requireLlmType } from "./check-hooks.js";
import type { HookOptions, OptionalChatHooks, ParsedChatChunk } from "./hooks.js";
import type {
  HttpStreamingChatModelCallOptions,
  HttpStreamingChatModelFields,
} from "./model-fields.js";
import { bindingOf, ChatModelBinding } from "./model-binding.js";
import { modelWithFallbacks } from "./model-fallbacks.js";
import { ModelRunner, Runners, RUNNERS } from "./model-runner.js";
import { AnswersOnlyCache } from "./runs/answers-only-cache.js";
import { TraceableChatModel } from "./privacy/traceable-chat-model.js";
import { requirePrompt } from "./prompt-check.js";
import { callLog } from "./reading/call-log.js";
import { LeavableChatStream } from "./reading/leavable-chat-stream.js";
import {
  isVersioned,
  leavable,
  leavableEvents,
  type EventsOptions,
} from "./reading/leavable-events.js";
import { openStream } from "./reading/token-stream.js";
import { contentTokens, messageTokens } from "./token-estimate.js";
import { modelClassOf, nameOfClass } from "./model-class.js";

/**
 * The optional hooks are declared apart from the class, where nothing is emitted for them and where
 * TypeScript lets a subclass choose between a field and a getter.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged with the class
export interface HttpStreamingChatModel<StreamRecord, CallOptions> extends OptionalChatHooks<
  StreamRecord,
  HookOptions<CallOptions>
> {}

/** Where a chat model keeps its abilities: in a field that a copy of the model has, too. */
const PROFILE = /* @__PURE__ */ Symbol("profile");

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
> extends TraceableChatModel<CallOptions> {
  /** @internal Private: of a protected member all types would be part of the declarations. */
  declare private readonly [RUNNERS]: Runners<
    ModelRunner<StreamRecord, BaseMessage[], ChatGenerationChunk, AIMessageChunk>
  >;
  /** @internal */
  declare private [PROFILE]: ModelProfile;

  /** @param fields LangChain's own fields and the settings of requests; all have defaults. */
  constructor(fields: HttpStreamingChatModelFields = {}) {
    requireLlmType(new.target);
    requireFields(fields, nameOfClass(new.target));
    // What may hold credentials stays out of the fields that LangChain keeps and serialises.
    const { profile = {}, ...kept } = fields;
    super(withoutSecretSettings(kept));
    this[PROFILE] = profile;
    // LangChain declares it among the fields, and leaves it to subclasses to take it.
    this.disableStreaming = fields.disableStreaming ?? false;
    if (this.cache) this.cache = new AnswersOnlyCache(this.cache);
    const defaults = { ...fields };
    this[RUNNERS] = new Runners(
      (model) => new ModelRunner(model as this, defaults, chatAnswers(model, fields)),
    );
  }

  /**
   * The abilities of the model, for agents and middleware: its input limit, whether it takes images, and so on. What
   * the constructor's `profile` says; `structuredOutput` by {@link structuredOutputMethods} unless it is said.
   */
  override get profile(): ModelProfile {
    const methods = this.structuredOutputMethods;
    return {
      ...(methods !== undefined && { structuredOutput: methods.includes("jsonSchema") }),
      ...this[PROFILE],
    };
  }

  override set profile(profile: ModelProfile) {
    this[PROFILE] = profile;
  }

  /** The model's URL: a field or a getter. For a URL per call override {@link resolveEndpoint}. */
  abstract override endpoint: string | URL;

  /** A literal that names this kind of model. LangChain calls it before fields exist. */
  abstract override _llmType(): string;

  /**
   * The request body for a conversation. An object is sent as JSON; a `string` goes as it is, as plain text, and
   * `Uint8Array`, `URLSearchParams` and `FormData` as they are. A Promise restricts the model to the asynchronous path.
   */
  abstract buildPayload(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    context: PayloadContext,
  ): unknown;

  /** Reads one record of the stream. Synchronous. */
  abstract parseChunk(record: StreamRecord, context: ChunkContext): ParsedChatChunk;

  /** The endpoint of one attempt: a region, a deployment, a token in the query. Default: {@link endpoint}. */
  resolveEndpoint(
    options: this["ParsedCallOptions"],
    messages: BaseMessage[],
    context: AttemptContext,
  ): MaybePromise<string | URL>;
  resolveEndpoint(): MaybePromise<string | URL> {
    return this.endpoint;
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
    return this[RUNNERS].of(this).chunks(messages, options, runManager);
  }

  /**
   * The chunks of one answer, synchronously: blocks the thread while it waits. Callbacks run when the
   * event loop next does, in the same order.
   *
   * @throws HttpStreamingError like {@link _astream}; SynchronousHookError when a hook returns a Promise.
   */
  _stream(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"] = {} as this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Generator<ChatGenerationChunk, void, undefined> {
    return this[RUNNERS].of(this).chunksSync(messages, options, runManager);
  }

  /** One answer, whole. */
  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    return chatResult(await this[RUNNERS].of(this).read(messages, options, runManager));
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
    // LangChain, which calls this without a manager, names the message by its own run.
    return answerEvents(
      this[RUNNERS].of(this).begin(messages, options, runManager?.runId),
      runManager,
    );
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

  /** One answer, synchronously: blocks the thread until it is complete. */
  invokeSync(input: BaseLanguageModelInput, options?: Partial<CallOptions>): AIMessageChunk {
    return this[RUNNERS].of(this).invokeSync(input, options);
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
    return this[RUNNERS].of(this).streamSync(input, options);
  }

  /** @ignore LangChain's inner iterator: the same, with one ending for every run. */
  override _streamIterator(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): AsyncGenerator<AIMessageChunk, void, undefined> {
    if (!this.disableStreaming) return this[RUNNERS].of(this).streamIterator(input, options);
    return super._streamIterator(input, options) as AsyncGenerator<AIMessageChunk, void, undefined>;
  }

  /** The chunks of one answer: LangChain's stream, on which `for await` costs little per token. */
  override async stream(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions>,
  ): Promise<IterableReadableStream<AIMessageChunk>> {
    return openStream(options, (config) => this._streamIterator(input, config));
  }

  /**
   * With `version`: LangChain's events of all runs. Without: a stream of content-block events of this
   * answer, which is traced like every other call. The request is closed when its last reader leaves.
   */
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
    options?: Partial<CallOptions>,
  ): ChatModelStream;
  override streamEvents(
    input: BaseLanguageModelInput,
    options?: Partial<CallOptions> & { version?: "v1" | "v2" },
    streamOptions?: EventsOptions,
  ): IterableReadableStream<StreamEvent | Uint8Array> | ChatModelStream {
    if (isVersioned(options)) {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- most code still asks for these events
      return leavableEvents(options, (linked) => super.streamEvents(input, linked, streamOptions));
    }
    return new LeavableChatStream(tracedEvents(this[RUNNERS].of(this).prepare(input, options)));
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
  ) {
    return structuredOutput(this, schema, config);
  }

  /**
   * The number of tokens of a text, or of a message's content: by the hook `countTokens`, or estimated.
   * LangChain's own downloads a vocabulary.
   */
  override async getNumTokens(content: MessageContent): Promise<number> {
    return contentTokens(content, this);
  }

  /** The number of tokens of messages, with what a chat template puts around them. */
  async getNumTokensFromMessages(
    messages: readonly BaseMessage[],
  ): Promise<{ totalCount: number; countPerMessage: number[] }> {
    return messageTokens(messages, (content) => this.getNumTokens(content));
  }

  /** This model, and others that are asked where it fails before its first chunk. */
  override withFallbacks(
    fallbacks:
      | { fallbacks: Runnable<BaseLanguageModelInput, AIMessageChunk>[] }
      | Runnable<BaseLanguageModelInput, AIMessageChunk>[],
  ): RunnableWithFallbacks<BaseLanguageModelInput, AIMessageChunk> {
    return modelWithFallbacks(this, fallbacks);
  }

  /** @ignore The binding is serialised with its options: what may hold credentials stays out of that too. */
  override withConfig(config: Partial<CallOptions>): ChatModelBinding<CallOptions> {
    return new ChatModelBinding(bindingOf<AIMessageChunk, CallOptions>(this, config));
  }
}
