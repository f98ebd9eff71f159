import type { ContentBlock } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import type { Delta } from "../../streaming/delta/delta.js";
import { isPiece } from "./delta-pieces.js";

/** The block of a content (v1) to which the next pieces of its kind belong. */
export interface OpenBlock {
  readonly type: "text" | "reasoning";
  /** Its place, by which LangChain finds it. */
  readonly index: unknown;
}

/** The kind of block that a delta's text or reasoning makes; `undefined` where it is none, or two. */
export function pieceKind({ text, reasoning = "" }: Delta): OpenBlock["type"] | undefined {
  if (text !== "") return reasoning === "" ? "text" : undefined;
  return reasoning === "" ? undefined : "reasoning";
}

/** The block that a delta leaves open, given its chunk. */
export function openBlock(delta: Delta, { message }: ChatGenerationChunk): OpenBlock | undefined {
  const { content, response_metadata } = message;
  if (response_metadata.output_version !== "v1" || !isPiece(delta)) return undefined;
  const type = pieceKind(delta);
  return type && { type, index: (content[0] as ContentBlock).index };
}

/** The block of more pieces, joined. */
export function moreOf({ type, index }: OpenBlock, pieces: string): ContentBlock {
  return { type, [type]: pieces, index };
}
