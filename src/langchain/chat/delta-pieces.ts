import type { Delta, ToolCallPiece } from "../../streaming/delta/delta.js";

/** Says that a delta holds pieces of tool calls and nothing else. */
export function isCallsOnly(delta: Delta): boolean {
  return delta.text === "" && holdsOnly(delta, "text", "toolCalls");
}

/** Says that a delta holds a piece of text or of reasoning, or of both, and at most how likely it was. */
export function isPiece(delta: Delta): boolean {
  return holdsOnly(delta, "text", "reasoning", "logprobs");
}

/** Says that a delta holds a piece of reasoning and nothing else. */
export function isReasoningOnly(delta: Delta): boolean {
  return delta.text === "" && holdsOnly(delta, "text", "reasoning");
}

/** The piece of a delta that is one piece of a call's arguments and nothing else, as most pieces of calls are. */
export function argumentsPiece(delta: Delta): ToolCallPiece | undefined {
  const { toolCalls } = delta;
  if (toolCalls?.length !== 1 || !isCallsOnly(delta)) return undefined;
  const piece = toolCalls[0] as ToolCallPiece;
  return holdsOnly(piece, "index", "args") ? piece : undefined;
}

/** Asked for every piece: no list of names is made. */
function holdsOnly<T extends object>(
  fields: T,
  first: keyof T,
  second: keyof T,
  third: keyof T = second,
): boolean {
  for (const field in fields) {
    if (field !== first && field !== second && field !== third) return false;
  }
  return true;
}
