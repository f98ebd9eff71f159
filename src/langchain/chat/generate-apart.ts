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
 * Generates the answers to several conversations, each with its digest in the options of its own call: LangChain
 * makes one cache key for all. Without a cache LangChain generates them together.
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
  if (!model.cache) return generate(conversations, options);
  const given = Array.isArray(options) ? { stop: options } : options;
  const settled = await Promise.allSettled(
    conversations.map((list, i) => {
      const messages = list.map(coerceMessageLikeToMessage);
      const own: ConversationKey & { runId?: unknown } = {
        ...given,
        [CONVERSATION]: conversationDigest(messages),
      };
      // A run's id is for one run: LangChain gives it to the first.
      if (i > 0) delete own.runId;
      return generate([messages], own as unknown as Partial<Options>);
    }),
  );
  // As where they go together: all come to their end, then the first failure is the call's.
  const results = settled.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return {
    generations: results.flatMap(({ generations }) => generations),
    llmOutput: model._combineLLMOutput(...results.map(({ llmOutput }) => llmOutput)),
  };
}
