import type {
  BaseChatModelCallOptions,
  BaseChatModelParams,
} from "@langchain/core/language_models/chat_models";
import type { BaseLLMCallOptions, BaseLLMParams } from "@langchain/core/language_models/llms";
import type { ModelProfile } from "@langchain/core/language_models/profile";
import type { RequestSettings } from "../streaming/settings/settings.js";
import type { ResponseFormat } from "./chat/structured-output.js";
import type { BoundTool } from "./chat/tool-definitions.js";

/** Constructor fields of `HttpStreamingLLM`: LangChain's own, and the settings of requests. */
export interface HttpStreamingLLMFields extends BaseLLMParams, RequestSettings {
  /** The number of times that a failed request is tried again, while nobody has been given a token. Default 2, not 6. */
  maxRetries?: number;
}

/** Call options of `HttpStreamingLLM`: LangChain's own, and the settings of requests for one call. */
export interface HttpStreamingLLMCallOptions extends BaseLLMCallOptions, RequestSettings {
  /** The number of times that a failed request of this call is tried again. Default: the model's. */
  maxRetries?: number;
}

/** Constructor fields of `HttpStreamingChatModel`: LangChain's own, and the settings of requests. */
export type HttpStreamingChatModelFields = Omit<BaseChatModelParams, "maxRetries"> &
  Omit<RequestSettings, "maxRetries"> & {
    /** The number of times that a failed request is tried again, while nobody has been given a token. Default 2, not 6. */
    maxRetries?: number;
    /** The abilities of the model; see `profile` of the model. */
    profile?: ModelProfile | undefined;
  };

/** Call options of `HttpStreamingChatModel`: LangChain's own, and the settings of requests for one call. */
export interface HttpStreamingChatModelCallOptions
  extends BaseChatModelCallOptions, RequestSettings {
  /** The number of times that a failed request of this call is tried again. Default: the model's. */
  maxRetries?: number;
  /**
   * The tools the model may call; `buildPayload` gets them as JSON-schema definitions. Set by `bindTools`;
   * `toToolDefinition` makes one of a LangChain tool.
   */
  tools?: BoundTool[] | undefined;
  /** Makes the model keep to the tools' schemas: `strict` of each that does not say so itself. */
  strict?: boolean | undefined;
  /** A wish for JSON. Set by `withStructuredOutput` for the methods `jsonSchema` and `jsonMode`. */
  response_format?: ResponseFormat | undefined;
}
