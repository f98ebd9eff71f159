import type { BaseCache } from "@langchain/core/caches";
import type { Generation, LLMResult } from "@langchain/core/outputs";

/** An answer that was in the cache: as one chunk, and as callbacks get it. */
export interface CachedAnswer<Chunk> {
  readonly chunk: Chunk;
  readonly result: LLMResult;
}

/** What a streamed call does with LangChain's cache: the answers of `invoke` are under the same keys. */
export interface AnswerCache<Chunk> {
  /** The answer that is there, `undefined` for none. */
  lookup(): Promise<CachedAnswer<Chunk> | undefined>;
  /** Keeps a complete answer. */
  store(): Promise<void>;
}

/**
 * The place of one call in a cache.
 *
 * @param key the prompt, and the parameters of model and call.
 * @param answer the complete answer, asked for at the end.
 * @param replay makes a cached generation a chunk that cost nothing this time.
 */
export function answerCache<Chunk extends Generation>(
  cache: BaseCache,
  key: readonly [prompt: string, parameters: string],
  answer: () => Chunk | undefined,
  replay: (generation: Generation) => Chunk,
): AnswerCache<Chunk> {
  return {
    async lookup() {
      const generations = await cache.lookup(...key);
      const [first] = generations ?? [];
      if (first === undefined) return undefined;
      const chunk = replay(first);
      return { chunk, result: { generations: [[chunk]] } };
    },
    async store() {
      const generation = answer();
      if (generation !== undefined) await cache.update(...key, [generation]);
    },
  };
}
