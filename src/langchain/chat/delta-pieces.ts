import type { Delta } from "../../streaming/answer/delta.js";
import type { ToolCallPiece } from "../../streaming/answer/tool-call-assembler.js";

/** Says that a delta holds pieces of tool calls and nothing else. */
export function isCallsOnly(delta: Delta): boolean {
  if (delta.text !== "") return false;
  for (const field in delta) if (field !== "text" && field !== "toolCalls") return false;
  return true;
}

/** Says that a delta holds a piece of text or of reasoning, or of both, and at most how likely it was. */
export function isPiece(delta: Delta): boolean {
  for (const field in delta) {
    if (field !== "text" && field !== "reasoning" && field !== "logprobs") return false;
  }
  return true;
}

/** Says that a delta holds a piece of reasoning and nothing else. */
export function isReasoningOnly(delta: Delta): boolean {
  if (delta.text !== "") return false;
  for (const field in delta) if (field !== "text" && field !== "reasoning") return false;
  return true;
}

/** The piece of a delta that is one piece of a call's arguments and nothing else, as most pieces of calls are. */
export function argumentsPiece(delta: Delta): ToolCallPiece | undefined {
  const { toolCalls } = delta;
  if (toolCalls?.length !== 1 || !isCallsOnly(delta)) return undefined;
  const [piece] = toolCalls;
  for (const field in piece) if (field !== "index" && field !== "args") return undefined;
  return piece;
}
