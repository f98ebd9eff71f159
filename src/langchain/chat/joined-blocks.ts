import type { ContentBlock } from "@langchain/core/messages";
import { joinLists } from "./message-joiner.js";

/**
 * The blocks of a content, joined to what LangChain's `concat` makes of them. That copies all blocks for each chunk, and
 * looks through all for the one that a piece goes on with: the time would grow with the square of their number.
 */
export class JoinedBlocks {
  readonly #blocks: ContentBlock[] = [];
  /** The places of blocks by their index, and of those without one by their id. */
  readonly #places = new Map<unknown, number[]>();

  /** @param blocks the content of the first chunk, as it is. */
  constructor(blocks: readonly ContentBlock[]) {
    for (const block of blocks) this.#push(block);
  }

  get length(): number {
    return this.#blocks.length;
  }

  /** All blocks so far. */
  all(): readonly ContentBlock[] {
    return this.#blocks;
  }

  /**
   * Takes the content of the next chunk.
   *
   * @throws HookError where LangChain cannot join a block to that of its index.
   */
  add(blocks: readonly ContentBlock[]): void {
    for (const block of blocks) {
      const places = this.#places.get(keyOf(block)) ?? [];
      if (places.length > 0 || block.text === "") this.#join(places, block);
      else this.#push(block);
    }
  }

  /** Lets LangChain join a block to those of its key, or leave it out. */
  #join(places: readonly number[], block: ContentBlock): void {
    const known = places.map((place) => this.#blocks[place] as ContentBlock);
    for (const [at, joined] of joinLists(known, [block]).entries()) {
      const place = places[at];
      if (place === undefined) this.#push(joined);
      else this.#blocks[place] = joined;
    }
  }

  #push(block: ContentBlock): void {
    const key = keyOf(block);
    const places = this.#places.get(key);
    if (places !== undefined) places.push(this.#blocks.length);
    else if (key !== undefined) this.#places.set(key, [this.#blocks.length]);
    this.#blocks.push(block);
  }
}

/** By what LangChain finds a block: a number or text for its index, an object's text for its id. */
function keyOf({ index, id }: ContentBlock): unknown {
  if (typeof index === "number") return index;
  if (typeof index === "string") return `index ${index}`;
  return typeof id === "string" && id !== "" ? `id ${id}` : undefined;
}
