import type {
  AIMessage,
  BaseMessage,
  ChatMessage,
  InvalidToolCall,
  ToolCall,
  ToolMessage,
} from "@langchain/core/messages";
import { chooseFields } from "../../formats/fields.js";
import { canonicalText } from "./canonical-text.js";
import { digestOf } from "./digest.js";

/** Carries the digest of a conversation through LangChain's call options to the cache key. */
export const CONVERSATION: unique symbol = /* @__PURE__ */ Symbol("conversation");

/** Call options with what the conversation adds to the cache key. */
export interface ConversationKey {
  [CONVERSATION]?: string | undefined;
}

/**
 * A digest of all that a model may send of a conversation. LangChain's caches know one by a text that is no key: any
 * image in it is `[image]`, reasoning does not stand there at all, and a message whose text goes on with
 * `"\nSystem: …"` is two.
 */
export function conversationDigest(messages: readonly BaseMessage[]): string {
  return digestOf(canonicalText(messages.map(sentParts)));
}

/** The parts of a message that a hook may send. Its id, its counts and a tool's artifact are for others. */
function sentParts(message: BaseMessage): Record<string, unknown> {
  const { type, name, content, additional_kwargs } = message;
  const { role } = message as ChatMessage;
  const { tool_call_id, status } = message as ToolMessage;
  const { tool_calls = [], invalid_tool_calls: invalid = [] } = message as AIMessage;
  return {
    type,
    role,
    name,
    content,
    additional_kwargs,
    tool_calls: tool_calls.map(sentCall),
    invalid: invalid.map(sentCall),
    tool_call_id,
    status,
    metadata: sentMetadata(message.response_metadata),
  };
}

function sentCall({ name, args, id }: ToolCall | InvalidToolCall): unknown[] {
  return [id, name, args];
}

/**
 * The keys that say by whom and at what cost a message was answered, by the names that this package and LangChain's
 * models use: nobody sends it back, and it is another for each answer.
 */
const OF_THE_ANSWER: ReadonlySet<string> = new Set([
  "request_id",
  "attempts",
  "continued",
  "time_to_first_token",
  "model",
  "model_name",
  "model_provider",
  "output_version",
  "finish_reason",
  "logprobs",
  "usage",
  "tokenUsage",
  "estimatedTokenUsage",
  "system_fingerprint",
  "created",
  "created_at",
  "total_duration",
  "load_duration",
  "prompt_eval_count",
  "prompt_eval_duration",
  "eval_count",
  "eval_duration",
]);

/** An author's `metadata`, which `buildPayload` may send back. */
function sentMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return chooseFields(metadata, (name) => !OF_THE_ANSWER.has(name));
}
