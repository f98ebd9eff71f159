import type { Callbacks } from "@langchain/core/callbacks/manager";
import { BaseChatModel, type LangSmithParams } from "@langchain/core/language_models/chat_models";
import type { BaseMessageLike } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import { generateApart } from "../chat/generate-apart.js";
import { combineTokenUsage } from "../chat/token-usage.js";
import { toToolDefinitions } from "../chat/tool-definitions.js";
import type { HttpStreamingChatModelCallOptions } from "../model-fields.js";
import { cacheKey } from "./cache-key.js";
import { concealed, reveal } from "./concealed-options.js";
import { CONVERSATION, type ConversationKey } from "./conversation-key.js";
import { langSmithParams } from "./lang-smith-params.js";
import { describeModel, serializeModel, showAsTraced } from "./serialize-model.js";
import { tracedOptions } from "./traced-options.js";

/**
 * A chat model as LangChain traces, caches and serialises it: what identifies it and its calls is there, and no
 * credential.
 */
export abstract class TraceableChatModel<
  CallOptions extends HttpStreamingChatModelCallOptions,
> extends BaseChatModel<CallOptions> {
  /** @ignore LangChain may serialise the model: what it then gets is said by {@link toJSON}. */
  override lc_serializable = true;

  /** The model's URL. */
  abstract endpoint: string | URL;

  /** @ignore The call options this model understands. */
  override get callKeys(): string[] {
    return [...super.callKeys, "tools", "tool_choice", "response_format", "strict"];
  }

  /** @ignore Keeps what may hold credentials out of traces and cache keys. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<CallOptions>,
  ): ReturnType<BaseChatModel<CallOptions>["_separateRunnableConfigFromCallOptionsCompat"]> {
    return concealed(super._separateRunnableConfigFromCallOptionsCompat(options));
  }

  /** @ignore The cache key: what changes the answer, and no credential. */
  override _getSerializedCacheKeyParametersForCall(options: CallOptions): string {
    const given = reveal(options);
    const { tools, [CONVERSATION]: conversation } = given as ConversationKey & typeof options;
    const counted = { ...given, tools: tools && toToolDefinitions(tools, undefined) };
    return cacheKey(this, TraceableChatModel, counted, conversation);
  }

  /** @ignore LangChain makes one cache key for several conversations: with a cache, each goes alone. */
  override async generate(
    lists: BaseMessageLike[][],
    options?: string[] | Partial<CallOptions>,
    callbacks?: Callbacks,
  ): Promise<LLMResult> {
    return generateApart(this, lists, options, (some, own) => super.generate(some, own, callbacks));
  }

  /** @ignore Sums the usage of several answers. */
  override _combineLLMOutput(...outputs: LLMResult["llmOutput"][]): Record<string, unknown> {
    return combineTokenUsage(outputs);
  }

  /** The model as LangSmith shows it: provider, name, temperature, token limit, stop sequences. */
  override getLsParams(options: this["ParsedCallOptions"]): LangSmithParams {
    const params = this.invocationParams(options);
    return { ...super.getLsParams(options), ...langSmithParams([options, this, params]) };
  }

  /** The parameters of a call as traces show them: what identifies the model, stop sequences and tools. */
  override invocationParams(options?: this["ParsedCallOptions"]): Record<string, unknown> {
    return tracedOptions(this, options, ["stop", "tools", "tool_choice", "response_format"]);
  }

  /**
   * The parameters that tell this model from another of its class: endpoint and constructor fields, without
   * credentials.
   */
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
