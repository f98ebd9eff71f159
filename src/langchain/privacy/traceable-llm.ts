import { LLM } from "@langchain/core/language_models/llms";
import type { LLMResult } from "@langchain/core/outputs";
import type { HttpStreamingLLMCallOptions } from "../model-fields.js";
import { llmOutput } from "../text/llm-output.js";
import { cacheKey } from "./cache-key.js";
import { concealed } from "./concealed-options.js";
import { describeModel, serializeModel, showAsTraced } from "./serialize-model.js";
import { tracedOptions } from "./traced-options.js";

/**
 * A text-completion model as LangChain traces, caches and serialises it: what identifies it and its calls is
 * there, and no credential.
 */
export abstract class TraceableLLM<
  CallOptions extends HttpStreamingLLMCallOptions,
> extends LLM<CallOptions> {
  /** @ignore LangChain may serialise the model: what it then gets is said by {@link toJSON}. */
  override lc_serializable = true;

  /** The model's URL. */
  abstract endpoint: string | URL;

  /** @ignore Keeps what may hold credentials out of traces and cache keys. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<CallOptions>,
  ): ReturnType<LLM<CallOptions>["_separateRunnableConfigFromCallOptionsCompat"]> {
    return concealed(super._separateRunnableConfigFromCallOptionsCompat(options));
  }

  /** @ignore The cache key: what changes the answer, and no credential. */
  override _getSerializedCacheKeyParametersForCall(options: CallOptions): string {
    return cacheKey(this, TraceableLLM, options);
  }

  /** @ignore Gives every prompt its own usage, where LangChain gives all of it to the first. */
  override _flattenLLMResult(result: LLMResult): LLMResult[] {
    return result.generations.map((generations) => ({
      generations: [generations],
      llmOutput: llmOutput(generations),
    }));
  }

  /** The parameters of a call as traces show them: what identifies the model, and the stop sequences. */
  override invocationParams(options?: this["ParsedCallOptions"]): Record<string, unknown> {
    return tracedOptions(this, options, ["stop"]);
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
  override toJSON(): ReturnType<LLM["toJSON"]> {
    return serializeModel(
      () => super.toJSON(),
      () => this.toJSONNotImplemented(),
    );
  }
}
