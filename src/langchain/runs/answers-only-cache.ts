import { BaseCache } from "@langchain/core/caches";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { ChatGeneration, Generation } from "@langchain/core/outputs";
import { chooseFields, plainCopy } from "../../formats/fields.js";
import type { CallFacts } from "../../streaming/delta/delta.js";

/** The facts of a call in the metadata of its answer. */
const NAMES: ReadonlySet<string> = new Set<keyof CallFacts>([
  "request_id",
  "attempts",
  "continued",
  "time_to_first_token",
]);

/**
 * A cache that keeps answers without what they say of their call: a replay is another one. Each lookup gives messages
 * of its own: LangChain writes into them, agents do (`name`), and so may whoever asked.
 */
export class AnswersOnlyCache extends BaseCache {
  readonly #cache: BaseCache;

  constructor(cache: BaseCache) {
    super();
    this.#cache = cache;
  }

  override async lookup(prompt: string, parameters: string): Promise<Generation[] | null> {
    const answers = await this.#cache.lookup(prompt, parameters);
    return answers?.map(withoutFacts) ?? null;
  }

  override update(prompt: string, parameters: string, answers: Generation[]): Promise<void> {
    return this.#cache.update(prompt, parameters, answers.map(withoutFacts));
  }
}

function withoutFacts(generation: Generation): Generation {
  const { generationInfo } = generation;
  const { message } = generation as Partial<ChatGeneration>;
  return copyWith(generation, {
    ...(generationInfo !== undefined && { generationInfo: omitFacts(generationInfo) }),
    ...(message !== undefined && { message: messageWithoutFacts(message as AIMessageChunk) }),
  });
}

function messageWithoutFacts(message: AIMessageChunk): AIMessageChunk {
  const { content, additional_kwargs, tool_calls, response_metadata } = message;
  const data = { content, additional_kwargs, ...(tool_calls && { tool_calls }) };
  const fields: Partial<AIMessageChunk> = {
    ...(plainCopy(data) as typeof data),
    // A cache may give what is no message of LangChain's.
    response_metadata: omitFacts(response_metadata ?? {}),
  };
  return copyWith(message, { ...fields, lc_kwargs: { ...message.lc_kwargs, ...fields } });
}

function omitFacts(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return chooseFields(metadata, (name) => !NAMES.has(name));
}

/** An object of the same class with the same fields, but for some. */
function copyWith<T extends object>(original: T, fields: Partial<T>): T {
  const prototype = Object.getPrototypeOf(original) as object | null;
  const copy = Object.create(prototype, Object.getOwnPropertyDescriptors(original)) as T;
  return Object.assign(copy, fields);
}
