import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import { chooseFields } from "../../formats/fields.js";
import type { TokenUsage } from "../../streaming/delta/stream-delta.js";

/** LangChain knows no counts without these two; of a total alone, they are missing. */
type Counts = Partial<UsageMetadata>;

/** Token counts under LangChain's names. The details are always there, as they are after a concatenation. */
export function usageMetadata(usage: TokenUsage): UsageMetadata {
  const { inputTokens, outputTokens, totalTokens } = usage;
  const input = inputTokens ?? 0;
  const output = outputTokens ?? 0;
  const details = usage.details ?? {};
  const isTotalAlone =
    (inputTokens ?? outputTokens ?? null) === null && typeof totalTokens === "number";
  const parts: Counts = isTotalAlone ? {} : { input_tokens: input, output_tokens: output };
  return {
    ...(parts as UsageMetadata),
    total_tokens: totalTokens ?? input + output,
    input_token_details: counts({
      audio: details.inputAudioTokens,
      cache_read: details.cacheReadTokens,
      cache_creation: details.cacheCreationTokens,
    }),
    output_token_details: counts({
      audio: details.outputAudioTokens,
      reasoning: details.reasoningTokens,
    }),
  };
}

/** Takes out of the sum of two messages what LangChain added up as 0, and neither of them has. */
export function forgetZeros(sum: AIMessageChunk, one: AIMessageChunk, other: AIMessageChunk): void {
  const usage = countsOf(sum);
  if (usage === undefined) return;
  const before = countsOf(one);
  const more = countsOf(other);
  if ((before?.input_tokens ?? more?.input_tokens) === undefined) delete usage.input_tokens;
  if ((before?.output_tokens ?? more?.output_tokens) === undefined) delete usage.output_tokens;
}

/** LangChain types it by a message structure that it cannot infer here. */
function countsOf({ usage_metadata }: AIMessageChunk): Counts | undefined {
  return usage_metadata;
}

function counts<Name extends string>(
  values: Record<Name, number | null | undefined>,
): Partial<Record<Name, number>> {
  const known = chooseFields(values, (_, value) => typeof value === "number");
  return known as Partial<Record<Name, number>>;
}

/**
 * The token counts of a message in a delta's words. LangChain adds up the counts of chunks, so a 0 says only that
 * another chunk reports the count.
 */
export function fromUsageMetadata(usage: UsageMetadata): TokenUsage {
  const { input_tokens = 0, output_tokens = 0, total_tokens } = usage as Counts;
  const { input_token_details: input, output_token_details: output } = usage;
  return {
    inputTokens: input_tokens || undefined,
    outputTokens: output_tokens || undefined,
    totalTokens: total_tokens === input_tokens + output_tokens ? undefined : total_tokens,
    details: {
      cacheReadTokens: input?.cache_read,
      cacheCreationTokens: input?.cache_creation,
      inputAudioTokens: input?.audio,
      outputAudioTokens: output?.audio,
      reasoningTokens: output?.reasoning,
    },
  };
}

/** `llmOutput` with the token counts under LangChain's names, empty without any. */
export function tokenUsage(message: AIMessageChunk): Record<string, unknown> {
  const usage = countsOf(message);
  if (usage === undefined) return {};
  const { input_tokens: promptTokens, output_tokens: completionTokens, total_tokens } = usage;
  return {
    tokenUsage: {
      ...(promptTokens !== undefined && { promptTokens }),
      ...(completionTokens !== undefined && { completionTokens }),
      totalTokens: total_tokens,
    },
  };
}

/** The token counts of several answers together. */
export function combineTokenUsage(
  outputs: readonly LLMResult["llmOutput"][],
): Record<string, unknown> {
  const total: Record<string, number> = {};
  for (const output of outputs) {
    const counts = (output?.tokenUsage ?? {}) as Record<string, number>;
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
  }
  return Object.keys(total).length === 0 ? {} : { tokenUsage: total };
}
