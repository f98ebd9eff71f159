import type { ContentBlock, ToolCallChunk, UsageMetadata } from "@langchain/core/messages";
import type { Delta } from "../streaming/delta.js";
import type { ToolCallPiece } from "../streaming/tool-call-assembler.js";

/** The fields of an `AIMessageChunk`, which LangChain types by a message structure that it infers. */
export interface ChunkFields {
  content: string | ContentBlock[];
  additional_kwargs?: Record<string, unknown>;
  response_metadata?: Record<string, unknown>;
  tool_call_chunks?: ToolCallChunk[];
  usage_metadata?: UsageMetadata;
  id?: string;
}

/** A piece of a tool call, as LangChain has it. */
export function toolCallChunk(piece: ToolCallPiece): ToolCallChunk {
  return { type: "tool_call_chunk", ...piece };
}

/** Places of blocks in the content, by which their pieces find each other when concatenated. */
class BlockPlaces {
  #count = 0;
  #run: { readonly kind: string; readonly place: number } | undefined;
  readonly #calls = new Map<number, number>();

  /** The place of a piece of text or the like: the one of the piece before, if that was of the same kind. */
  ofPiece(kind: string): number {
    if (this.#run?.kind !== kind) this.#run = { kind, place: this.#count++ };
    return this.#run.place;
  }

  /** The place of a block that comes whole. */
  ofBlock(): number {
    this.#run = undefined;
    return this.#count++;
  }

  /** The place of a piece of a tool call; calls may interleave, with each other and with text. */
  ofCall(index: number): number {
    const place = this.#calls.get(index) ?? this.ofBlock();
    this.#calls.set(index, place);
    return place;
  }
}

/** Content as a string, the rest beside it: what LangChain calls v0, and most code expects. */
export function stringContent(): (delta: Delta) => ChunkFields {
  const places = new BlockPlaces();
  let isString = true;
  return ({ text, reasoning, refusal, blocks = [] }) => {
    if (blocks.length > 0) isString = false;
    return {
      content: isString ? text : textAndBlocks(text, blocks, places),
      additional_kwargs: {
        ...(reasoning !== undefined && { reasoning_content: reasoning }),
        ...(refusal !== undefined && { refusal }),
      },
    };
  };
}

/** Once there are blocks, LangChain would make a block of its own of every piece of text. */
function textAndBlocks(
  text: string,
  blocks: NonNullable<Delta["blocks"]>,
  places: BlockPlaces,
): ContentBlock[] {
  const content: object[] = [];
  if (text !== "") content.push({ type: "text", text, index: places.ofPiece("text") });
  for (const block of blocks) {
    places.ofBlock();
    content.push(block);
  }
  return content as ContentBlock[];
}

/** Content as blocks (v1), in the order in which they began. */
export function blockContent(): (delta: Delta) => ChunkFields {
  const places = new BlockPlaces();
  return ({ text, reasoning, refusal, blocks = [], toolCalls = [] }) => {
    const content: object[] = [];
    const add = (type: string, piece: string | undefined): void => {
      if (piece) content.push({ type, [type]: piece, index: places.ofPiece(type) });
    };
    add("reasoning", reasoning);
    add("text", text);
    add("refusal", refusal);
    for (const block of blocks) content.push({ index: places.ofBlock(), ...block });
    for (const piece of toolCalls) {
      content.push({ ...toolCallChunk(piece), index: places.ofCall(piece.index) });
    }
    return { content: content as ContentBlock[], response_metadata: { output_version: "v1" } };
  };
}
