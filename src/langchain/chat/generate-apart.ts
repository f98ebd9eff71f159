import { coerceMessageLikeToMessage, type BaseMessageLike } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import {
  CONVERSATION,
  conversationDigest,
  type ConversationKey,
} from "../privacy/conversation-key.js";

/** A chat model as far as its conversations are generated apart. */
interface CachedModel {
  readonly cache?: unknown;
  _combineLLMOutput(...outputs: LLMResult["llmOutput"][]): Record<string, unknown>;
}

/**
 * Generates the answers to several conversations, each with the digest of what its texts do not say in the options
 * of its own call: LangChain makes one cache key for all. Without a cache, or where texts are all there is,
 * LangChain generates them together.
 *
 * @param generate LangChain's own, for some of the conversations.
 */
export async function generateApart<Options extends object>(
  model: CachedModel,
  conversations: BaseMessageLike[][],
  options: string[] | Partial<Options> | undefined,
  generate: (
    conversations: BaseMessageLike[][],
    options: string[] | Partial<Options> | undefined,
  ) => Promise<LLMResult>,
): Promise<LLMResult> {
  const digests = model.cache
    ? conversations.map((list) => conversationDigest(list.map(coerceMessageLikeToMessage)))
    : [];
  if (digests.every((digest) => digest === undefined)) return generate(conversations, options);
  const given = Array.isArray(options) ? { stop: options } : options;
  const results = await Promise.all(
    conversations.map((list, i) => {
      const own: ConversationKey & { runId?: unknown } = { ...given, [CONVERSATION]: digests[i] };
      // A run's id is for one run: LangChain gives it to the first.
      if (i > 0) delete own.runId;
      return generate([list], own as unknown as Partial<Options>);
    }),
  );
  return {
    generations: results.flatMap(({ generations }) => generations),
    llmOutput: model._combineLLMOutput(...results.map(({ llmOutput }) => llmOutput)),
  };
}
