import { AIMessageChunk } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { HookError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { appended } from "./joined-facts.js";

type Metadata = Readonly<Record<string, unknown>>;

/** Some chunks that follow each other, as one. */
interface Joined {
  readonly message: AIMessageChunk;
  readonly count: number;
}

/**
 * Joins the chunks of an answer. Each `concat` copies what a message holds in lists, so joined one by one they cost
 * the square of their number; here two are joined that are of as many chunks, and few are kept.
 */
export class MessageJoiner {
  readonly #parts: Joined[] = [];

  /** Takes the next chunk. */
  add(chunk: AIMessageChunk): void {
    let part: Joined = { message: chunk, count: 1 };
    while (this.#parts.at(-1)?.count === part.count) {
      const { message, count } = this.#parts.pop() as Joined;
      part = { message: message.concat(part.message), count: count * 2 };
    }
    this.#parts.push(part);
  }

  /** All chunks so far as one message; `undefined` for none. */
  message(): AIMessageChunk | undefined {
    let all: AIMessageChunk | undefined;
    for (const { message } of this.#parts.toReversed()) {
      all = all === undefined ? message : message.concat(all);
    }
    return all;
  }
}

/**
 * Joins two chunks, of which the first may be missing.
 *
 * @throws HookError where LangChain cannot: fields of what goes by one index or id differ in type.
 */
export function joinChunks(
  before: ChatGenerationChunk | undefined,
  chunk: ChatGenerationChunk,
): ChatGenerationChunk {
  try {
    return before?.concat(chunk) ?? chunk;
  } catch (error) {
    throw new HookError(
      "parseChunk",
      `parseChunk returned what LangChain cannot join with what came before: ${(error as Error).message} Blocks, and entries of lists, are joined by their index or id: leave it out, or keep the types of their fields.`,
      { cause: error },
    );
  }
}

/**
 * Joins two lists, as LangChain does those of a message's content or metadata.
 *
 * @throws HookError as {@link joinChunks}.
 */
export function joinLists<Item>(known: Item[], part: readonly Item[]): Item[] {
  if (part.some(mayJoin)) {
    return joinMetadata({ list: known }, { list: part }).list as Item[];
  }
  return appended(known, part);
}

/** Says that LangChain joins an item to one before it, or leaves it out. */
function mayJoin(item: unknown): boolean {
  if (!isObject(item)) return false;
  return "index" in item || "id" in item || (item as { text?: unknown }).text === "";
}

/**
 * Joins the metadata of two messages, as LangChain does.
 *
 * @throws HookError as {@link joinChunks}.
 */
export function joinMetadata(before: Metadata, metadata: Metadata): Metadata {
  return joinChunks(chunkOf(before), chunkOf(metadata)).message.response_metadata;
}

function chunkOf(metadata: Metadata): ChatGenerationChunk {
  const message = new AIMessageChunk({ content: "", response_metadata: metadata });
  return new ChatGenerationChunk({ text: "", message });
}
