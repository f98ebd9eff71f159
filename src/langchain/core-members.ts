/**
 * Members of `@langchain/core` that are half private, or that not every version we support (1.1.49 and later)
 * has: each is wrapped once, here, with the version it came in and what is done without it. What the classes
 * override for LangChain to call (`_streamIterator`, `_generate`, `_separateRunnableConfigFromCallOptionsCompat`,
 * `_getSerializedCacheKeyParametersForCall`, `_streamChatModelEvents`, `_combineLLMOutput`, `_flattenLLMResult`)
 * all of them have.
 *
 * `npm run test:cores` runs the tests on the lowest version, on one of each minor and on the newest.
 */
import { type AsyncContext, currentContext, keepContextsIn } from "#runtime";
import * as errors from "@langchain/core/errors";
import {
  BaseLangChain,
  BaseLanguageModel,
  type BaseLanguageModelInput,
} from "@langchain/core/language_models/base";
import type { ContentBlockDelta } from "@langchain/core/language_models/event";
import type { LangSmithParams } from "@langchain/core/language_models/chat_models";
import type { AIMessage, AIMessageChunk, ContentBlock } from "@langchain/core/messages";
import { OutputParserException } from "@langchain/core/output_parsers";
import type { BasePromptValueInterface } from "@langchain/core/prompt_values";
import type { RunnableConfig } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";

/**
 * LangChain's mark of its messages, an own property of each. Since 1.0.0; a message without it is made by its
 * constructor.
 */
export const MESSAGE_MARK: unique symbol = /* @__PURE__ */ Symbol.for("langchain.message");

/** An export that a version may lack: one that an `import` names and that is missing fails the whole program. */
function errorExport(name: string): unknown {
  return Reflect.get(errors, name);
}

/**
 * The error for an answer that was to be an object and is a refusal. LangChain's `ModelRefusalError` is there
 * since 1.4.0; before, it is the parser's exception.
 */
export function refusalError(refusal: ContentBlock, message: AIMessageChunk): Error {
  const refused = errorExport("ModelRefusalError") as typeof errors.ModelRefusalError | undefined;
  if (refused !== undefined) return refused.fromRefusal(refusal as never, message);
  const words = String(refusal.refusal);
  return new OutputParserException(`Model refused to produce the requested output: ${words}`);
}

/** The prompt of any input of a model. A static method that LangChain means for its subclasses, older than 1.0. */
export function promptOf(input: BaseLanguageModelInput): BasePromptValueInterface {
  const { _convertInputToPromptValue } = BaseLanguageModel as unknown as {
    _convertInputToPromptValue(input: BaseLanguageModelInput): BasePromptValueInterface;
  };
  return _convertInputToPromptValue(input);
}

/** The part of a call that a trace shows. */
export interface TracedParams {
  /** The parameters, also for handlers. */
  readonly params: Record<string, unknown>;
  /** The call options. */
  readonly options: unknown;
  /** Of the parameters, what tracers keep as metadata. */
  readonly metadata: Record<string, unknown>;
}

interface TracingMembers<Options> {
  invocationParams(options: Options): Record<string, unknown>;
  _getInvocationParamsForTracing?(options: Options): Record<string, unknown>;
  _getCallOptionsForTracing?(options: Options, params: Record<string, unknown>): unknown;
  _filterInvocationParamsForTracing(params: Record<string, unknown>): Record<string, unknown>;
}

/**
 * The parameters of a call as LangChain's own calls trace them. `_getInvocationParamsForTracing` and
 * `_getCallOptionsForTracing`, by which a subclass shows less, are there since 1.2.5 and for chat models only;
 * without them the parameters and options themselves count, as in LangChain.
 */
export function tracedParams<Options>(model: object, callOptions: Options): TracedParams {
  const members = model as TracingMembers<Options>;
  const params =
    members._getInvocationParamsForTracing?.(callOptions) ?? members.invocationParams(callOptions);
  return {
    params,
    options: members._getCallOptionsForTracing?.(callOptions, params) ?? callOptions,
    metadata: members._filterInvocationParamsForTracing(params),
  };
}

/**
 * The parameters of a chat model for LangSmith. `getLsParamsWithDefaults`, which names the kind of integration, is
 * protected, and text models do not have it.
 */
export function langSmithMetadata<Options>(
  model: object,
  callOptions: Options,
): LangSmithParams | undefined {
  const { getLsParamsWithDefaults } = model as {
    getLsParamsWithDefaults?(options: Options): LangSmithParams;
  };
  return getLsParamsWithDefaults?.call(model, callOptions);
}

/** Separates a run's configuration from the call options. A protected method of both base classes, older than 1.0. */
export function separateOptions<Options>(
  model: object,
  options: object | undefined,
): [config: RunnableConfig, callOptions: Options] {
  const members = model as {
    _separateRunnableConfigFromCallOptionsCompat(options?: object): [RunnableConfig, Options];
  };
  return members._separateRunnableConfigFromCallOptionsCompat(options);
}

/**
 * Runs a function in the context of a run, without making that a root of its own. LangChain's singleton, older than
 * 1.0.
 */
export function runInContext<T>(config: Partial<RunnableConfig>, run: () => T): T {
  return AsyncLocalStorageProviderSingleton.runWithConfig<T>(config, run, true);
}

/** Says that contexts are kept by LangChain's storage, where the platform has none. It may be set at any time. */
export function keepContexts(): void {
  keepContextsIn(() => AsyncLocalStorageProviderSingleton.getInstance());
}

/** The context in which an answer begins. */
export function answerContext(): AsyncContext {
  keepContexts();
  return currentContext("ANSWER");
}

/** The parts of a version, `[1, 4, 0]`, which LangChain notes in the metadata of what it makes. Since 1.1.27. */
function coreVersion(): number[] {
  class Probe extends BaseLangChain<unknown, unknown> {
    lc_namespace = ["http_streaming_llm"];
    invoke = async (): Promise<unknown> => undefined;
  }
  const { versions } = new Probe({}).metadata as { versions?: Record<string, string> };
  return (versions?.["@langchain/core"] ?? "").split(".").map(Number);
}

function readsToolCallDeltas(): boolean {
  const [major = 1, minor = Infinity] = coreVersion();
  return major > 1 || minor >= 3;
}

const READS_TOOL_CALL_DELTAS = /* @__PURE__ */ readsToolCallDeltas();

/**
 * The event's delta for a piece of a tool call. `"tool-call-delta"` is there since 1.3; LangChain's stream
 * before fails on what it does not know, and is told all arguments so far.
 */
export function toolCallDelta(piece: string, soFar: string): ContentBlockDelta {
  if (READS_TOOL_CALL_DELTAS) return { type: "tool-call-delta", args: piece };
  return { type: "block-delta", fields: { type: "tool_call_chunk", args: soFar } };
}

/** Gives a message's content as standard blocks. */
export type BlockTranslator = (message: AIMessage) => ContentBlock.Standard[];

interface BlockTranslators {
  readonly lc_block_translators_registry?: Map<
    string,
    { translateContent: BlockTranslator; translateContentChunk: BlockTranslator }
  >;
}

/**
 * Tells LangChain how to read the messages of a provider: `contentBlocks` of its own message classes asks by
 * `response_metadata.model_provider`. Since 1.0.0. Without it, `contentBlocks` shows text and tool calls only.
 */
export function registerBlockTranslator(provider: string, translate: BlockTranslator): void {
  const { lc_block_translators_registry: translators } = globalThis as BlockTranslators;
  translators?.set(provider, { translateContent: translate, translateContentChunk: translate });
}
