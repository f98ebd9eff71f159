import type { AIMessageChunk, ContentBlock, ToolCallChunk } from "@langchain/core/messages";
import { Rope } from "../../streaming/text/rope.js";

interface GrowingCall {
  /** Its parts so far, but for the arguments. */
  fields: ToolCallChunk;
  readonly args: Rope;
  /** The number of blocks of other kinds before it in the content, and the `index` of its own (v1). */
  readonly position: number;
  readonly place: unknown;
}

/**
 * The tool calls of an answer, put together from the pieces in its chunks to what LangChain's `concat` makes
 * of them. That looks for a piece's call among all, and copies all: the time for many calls, or for one in
 * many pieces, grows with the square of their number.
 */
export class ToolCallAccumulator {
  readonly #calls = new Map<unknown, GrowingCall>();

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  /**
   * Takes the pieces of calls in a chunk.
   *
   * @param position how many blocks of other kinds the content has so far.
   */
  add(message: AIMessageChunk, position: number): void {
    const chunks = message.tool_call_chunks ?? [];
    const blocks = lastCallBlocks(message);
    for (let at = 0; at < chunks.length; at++) {
      const { args = "", ...fields } = chunks[at] as ToolCallChunk;
      let call = this.#calls.get(fields.index);
      if (call === undefined) {
        call = { fields, args: new Rope(), position, place: blocks[at]?.index };
        this.#calls.set(fields.index, call);
      } else if (Object.keys(fields).length > 2) {
        // More than type and index.
        call.fields = { ...call.fields, ...fields };
      }
      call.args.add(args);
    }
  }

  /** Takes a piece of the arguments of a call that has begun. Gives `false` where none of that index has. */
  addArguments(index: number, args: string): boolean {
    const call = this.#calls.get(index);
    if (call === undefined) return false;
    call.args.add(args);
    return true;
  }

  /** The calls so far, in the order in which they began. */
  chunks(): ToolCallChunk[] {
    return [...this.#calls.values()].map(wholeChunk);
  }

  /** The content of a message in blocks, with those of the calls in their places. */
  among(blocks: readonly ContentBlock[]): ContentBlock[] {
    const all: ContentBlock[] = [];
    let at = 0;
    for (const call of this.#calls.values()) {
      while (at < call.position) all.push(blocks[at++] as ContentBlock);
      all.push({ ...wholeChunk(call), index: call.place } as ContentBlock);
    }
    return [...all, ...blocks.slice(at)];
  }
}

function wholeChunk({ fields, args }: GrowingCall): ToolCallChunk {
  return { ...fields, args: args.toString() };
}

/** Finds the calls of a message among its content: they are the last blocks of a chunk. */
export function lastCallBlocks({
  content,
  response_metadata,
  tool_call_chunks = [],
}: AIMessageChunk): ContentBlock[] {
  if (response_metadata.output_version !== "v1" || typeof content === "string") return [];
  return (content as ContentBlock[]).slice(content.length - tool_call_chunks.length);
}
