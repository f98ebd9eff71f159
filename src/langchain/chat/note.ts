import { hasContent } from "../../streaming/delta/delta-fields.js";
import type { StreamDelta } from "../../streaming/delta/stream-delta.js";

/** Says that a delta holds nothing but blocks that belong to the text or the thought before it: citations, a signature. */
export function isNote(delta: StreamDelta): boolean {
  return !hasContent({ ...delta, blocks: null }) && delta.blocks?.every(isNoteBlock) === true;
}

function isNoteBlock({ type, text, reasoning }: Readonly<Record<string, unknown>>): boolean {
  return (type === "text" && !text) || (type === "reasoning" && !reasoning);
}
