import { hasFields } from "../../formats/fields.js";
import { unusable } from "../../streaming/delta/delta-fields.js";
import type { StreamDelta } from "../../streaming/delta/stream-delta.js";

/** The types of blocks that say a tool call: as content it would be carried out by nobody. */
export const CALL_BLOCK = /^(?:tool_call|tool_call_chunk|invalid_tool_call)$/;

/** @throws HookError for a delta whose `blocks` are no content, or say a tool call. Nearly none has any. */
export function checkBlocks({ blocks }: StreamDelta, hook: string): void {
  if (!blocks) return;
  for (const [at, block] of blocks.entries()) {
    const type: unknown = hasFields(block) ? block.type : undefined;
    const what = `returned blocks of which entry ${at} is`;
    if (typeof type !== "string" || type === "") {
      throw unusable(hook, `${what} no content block, an object such as { type: "image", … }`);
    }
    if (CALL_BLOCK.test(type)) {
      throw unusable(hook, `${what} a "${type}". Say it as toolCalls: [{ id, name, args }]`);
    }
  }
}
