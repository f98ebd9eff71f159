import type { AIMessage, BaseMessage, ToolMessage } from "@langchain/core/messages";
import { sha256, toBase64 } from "#runtime";

/** Carries the digest of a conversation through LangChain's call options to the cache key. */
export const CONVERSATION: unique symbol = /* @__PURE__ */ Symbol("conversation");

/** Call options with what the conversation adds to the cache key. */
export interface ConversationKey {
  [CONVERSATION]?: string | undefined;
}

/**
 * A digest of all that a conversation holds beside texts. LangChain's caches know a conversation by its text,
 * in which any image is `[image]`, and reasoning and the id of an answered call do not stand at all.
 *
 * @returns `undefined` for a conversation of texts alone, whose key stays LangChain's.
 */
export function conversationDigest(messages: readonly BaseMessage[]): string | undefined {
  const beside = messages.map(besideText);
  if (beside.every((parts) => Object.keys(parts).length === 0)) return undefined;
  return sha256(JSON.stringify(beside, bytesAsBase64));
}

function besideText(message: BaseMessage): Record<string, unknown> {
  const { content, additional_kwargs } = message;
  const { tool_call_id } = message as ToolMessage;
  const { invalid_tool_calls: invalid = [] } = message as AIMessage;
  return {
    ...(!isText(content) && { content }),
    ...(Object.keys(additional_kwargs).length > 0 && { additional_kwargs }),
    ...(tool_call_id !== undefined && { tool_call_id }),
    ...(invalid.length > 0 && { invalid }),
  };
}

/** What a block of text alone has; `index` is its place in an answer. */
const TEXT_FIELDS: ReadonlySet<string> = new Set(["type", "text", "index"]);

function isText(content: BaseMessage["content"]): boolean {
  if (typeof content === "string") return true;
  return content.every(
    (block) => block.type === "text" && Object.keys(block).every((name) => TEXT_FIELDS.has(name)),
  );
}

function bytesAsBase64(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toBase64(value) : value;
}
