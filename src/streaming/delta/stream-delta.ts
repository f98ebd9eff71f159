/**
 * Token counts of one answer. Counts are cumulative; a later report replaces an earlier one field by field.
 * A count that is a numeric text is read as its number; one that cannot be a count is a `HookError`.
 */
export interface TokenUsage {
  /** Tokens of the prompt. */
  inputTokens?: number | null | undefined;
  /** Tokens of the answer, reasoning included. */
  outputTokens?: number | null | undefined;
  /** Defaults to the sum of the two. */
  totalTokens?: number | null | undefined;
  /** The parts of the counts, where the provider states them. */
  details?: TokenUsageDetails | null | undefined;
}

/** Parts of the token counts. LangChain's names (`cache_read`, `cache_creation`, `reasoning`) are taken, too. */
export interface TokenUsageDetails {
  /** Part of the input that was read from the provider's cache. */
  cacheReadTokens?: number | null | undefined;
  /** Part of the input that was written to the provider's cache. */
  cacheCreationTokens?: number | null | undefined;
  /** Part of the input that was audio. */
  inputAudioTokens?: number | null | undefined;
  /** Part of the output that was audio. */
  outputAudioTokens?: number | null | undefined;
  /** Part of the output that was reasoning. */
  reasoningTokens?: number | null | undefined;
}

/**
 * A piece of one tool call, as the provider sent it: pieces find their call by `index`, by `id`, or by their
 * order, and what is the same twice (a name on every piece, whole arguments again) counts once.
 */
export interface ToolCallDelta {
  /**
   * The provider's number of the call: different numbers are different calls. Where one is used again with a
   * new `id` and a `name`, another call begins. Without one: a new `id` begins a call, a piece without `id`
   * continues the last.
   */
  index?: number | null | undefined;
  /** The provider's id of the call, on its first piece. `""` and `"null"` are none. */
  id?: string | null | undefined;
  /** The tool's name, or a piece of it, before the arguments. */
  name?: string | null | undefined;
  /** A piece of the arguments' JSON text, or all of them as an object when the call is delivered whole. */
  args?: string | object | null | undefined;
}

/** An error that the provider reports inside its stream. */
export interface ProviderError {
  /** The provider's words for what went wrong. */
  message?: string | null | undefined;
  /** The provider's own error code. */
  code?: string | number | null | undefined;
  /** The provider's own error type. */
  type?: string | null | undefined;
  /** `true` if another attempt may succeed. Tried again only when nothing has been delivered. */
  retryable?: boolean | null | undefined;
}

/**
 * The result of `parseChunk`: the news of one record, in the author's plain words. All fields are
 * optional, and `null` is the same as absent (but for `finishReason`), so a provider's fields can be handed
 * over unchecked. A key that is none of these, and holds something, is a `HookError`.
 *
 * @example
 * ```ts
 * parseChunk(line: Line): StreamDelta {
 *   return { text: line.response, done: line.done };
 * }
 * ```
 */
export interface StreamDelta {
  /** The next piece of the answer. */
  text?: string | null | undefined;
  /**
   * `true`: `text`, `reasoning`, `refusal` and the arguments of `toolCalls` hold all of it so far, as with providers
   * that repeat the whole answer in each record; what is new is given. Empty ones say nothing. A record that does
   * not begin with what came before is a `ChunkParseError`, for nobody can take back what was shown. Default:
   * `false`, they are the next pieces.
   */
  cumulative?: boolean | null | undefined;
  /** The next piece of the model's reasoning. */
  reasoning?: string | null | undefined;
  /** Pieces of tool calls (chat models only). */
  toolCalls?: readonly ToolCallDelta[] | null | undefined;
  /** The next piece of the model's refusal, where the provider tells it from text (chat models only). */
  refusal?: string | null | undefined;
  /**
   * Content that is neither text nor reasoning, as LangChain's content blocks: images, audio (chat models only).
   * A block of type `"text"` without text, with `annotations`, holds citations of the text before it; one of type
   * `"reasoning"` without reasoning, with a `signature` for example, belongs to the thought before it, and ends it.
   */
  blocks?: readonly Readonly<Record<string, unknown>>[] | null | undefined;
  /** Token counts so far; emitted once, at the end. */
  usage?: TokenUsage | null | undefined;
  /**
   * Why the answer ended, in the provider's word; it announces the end like `done`. Emitted once, at the end.
   * `null` says that more will come, like `done: false`; so do the words `"null"`, `"none"`, `"not_finished"`
   * and `"FINISH_REASON_UNSPECIFIED"`, and states such as `"in_progress"` and `"queued"`.
   */
  finishReason?: string | null | undefined;
  /** The provider's id of the response; the first one counts. A message has it if it comes with the first piece or before. */
  id?: string | null | undefined;
  /** The model that answered, as the provider names it; the first one counts. */
  model?: string | null | undefined;
  /**
   * Anything else worth keeping: into `generationInfo` (LLM) or `response_metadata` (chat). Repetitions are
   * dropped. LangChain merges the chunks of a chat message: of a text or number that changes, also inside an
   * object, the first value counts there; objects gain what is new, and lists add up.
   */
  metadata?: Readonly<Record<string, unknown>> | null | undefined;
  /**
   * Log probabilities of the tokens of this piece, as the provider writes them: a list, or lists by name.
   * Those of all pieces are joined, list by list: in `response_metadata.logprobs` (chat) or
   * `generationInfo.logprobs` (LLM).
   */
  logprobs?:
    readonly unknown[] | Readonly<Record<string, readonly unknown[] | null>> | null | undefined;
  /** The provider's own error: ends the stream with a `ModelStreamError`. `""`, `{}` and `false` say nothing. */
  error?: string | ProviderError | null | undefined;
  /** `true`: the provider says that the answer is complete. `false`: it says that more will come. */
  done?: boolean | null | undefined;
}
