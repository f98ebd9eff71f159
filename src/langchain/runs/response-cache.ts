import type { BaseCache } from "@langchain/core/caches";
import type { Generation, LLMResult } from "@langchain/core/outputs";
import type { AnswerKind } from "../answer-kind.js";

/** An answer that was in the cache: as one chunk, as its reader gets it, and as callbacks do. */
export interface CachedAnswer<Chunk, Output> {
  readonly chunk: Chunk;
  readonly output: Output | undefined;
  readonly result: LLMResult;
}

/** One streamed call's entry in LangChain's cache, under the key that `invoke` uses. */
export interface AnswerCache<Chunk, Output> {
  /** The answer that is there, `undefined` for none. */
  lookup(): Promise<CachedAnswer<Chunk, Output> | undefined>;
  /** Keeps a complete answer. */
  store(): Promise<void>;
}

/**
 * The entry of one call in a cache.
 *
 * @param key the prompt, and the parameters of model and call.
 * @param answer gives the complete answer, and is called at the end.
 * @param kind makes a cached generation a chunk that cost nothing this time, and an output of that.
 */
export function answerCache<Chunk extends Generation, Output>(
  cache: BaseCache,
  key: readonly [prompt: string, parameters: string],
  answer: () => Chunk | undefined,
  kind: Pick<AnswerKind<unknown, Chunk, Output>, "replay" | "output">,
): AnswerCache<Chunk, Output> {
  return {
    async lookup() {
      const generations = await cache.lookup(...key);
      const [first] = generations ?? [];
      if (first === undefined) return undefined;
      const chunk = kind.replay(first);
      return { chunk, output: kind.output(chunk), result: { generations: [[chunk]] } };
    },
    async store() {
      const generation = answer();
      if (generation !== undefined) await cache.update(...key, [generation]);
    },
  };
}
