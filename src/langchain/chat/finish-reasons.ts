import type { FinishReason } from "@langchain/core/language_models/event";

/** How providers say why they stopped, in LangChain's four words. What is not listed stays unsaid. */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  eos: "stop",
  eos_token: "stop",
  complete: "stop",
  length: "length",
  max_tokens: "length",
  max_length: "length",
  tool_calls: "tool_use",
  tool_use: "tool_use",
  tool_call: "tool_use",
  function_call: "tool_use",
  content_filter: "content_filter",
  safety: "content_filter",
  refusal: "content_filter",
  recitation: "content_filter",
};

/** Why an answer ended, in LangChain's words; `undefined` for a reason that is not known. */
export function finishReason(said: unknown): FinishReason | undefined {
  return FINISH_REASONS[String(said).toLowerCase()];
}
