/** The four words to which providers' reasons for the end of an answer come down; they are LangChain's. */
export type StandardFinishReason = "stop" | "length" | "tool_use" | "content_filter";

const TOOL_USE: readonly string[] = ["tool_use", "tool_call", "tool_calls", "function_call"];

/** Providers' words, in lower case, by what they come down to. One that is not listed is left as it is. */
const WORDS: Readonly<Record<StandardFinishReason, readonly string[]>> = {
  stop: ["stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete"],
  length: [
    "length",
    "limit",
    "context",
    "time_limit",
    "maximum_tokens",
    "max_length",
    "model_length",
    "max_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "max_completion_tokens",
    "token_limit",
    "error_limit",
    "model_context_window_exceeded",
  ],
  tool_use: TOOL_USE,
  content_filter: [
    "content_filter",
    "content_filtered",
    "guardrail_intervened",
    "refusal",
    "sensitive",
    "safety",
    "image_safety",
    "image_prohibited_content",
    "model_armor",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
  ],
};

const STANDARD: ReadonlyMap<string, StandardFinishReason> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(WORDS).flatMap(([standard, words]) =>
    words.map((word) => [word, standard as StandardFinishReason]),
  ),
);

/** The standard word for a provider's finish reason; `undefined` for one that is not known. */
export function standardFinishReason(said: unknown): StandardFinishReason | undefined {
  return STANDARD.get(inOneSpelling(said));
}

/** Tells whether a provider's finish reason says that the answer is a tool call. */
export function isToolUse(said: string | undefined): said is string {
  return TOOL_USE.includes(inOneSpelling(said));
}

function inOneSpelling(said: unknown): string {
  return String(said).toLowerCase().replaceAll("-", "_");
}

/** Tells whether an answer was ended by a limit or a filter, before the model had ended it. */
export function isCutShort(said: string | undefined): boolean {
  const standard = standardFinishReason(said);
  return standard === "length" || standard === "content_filter";
}
