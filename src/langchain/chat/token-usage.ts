import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import type { TokenUsage } from "../../streaming/answer/delta.js";

/** Token counts under LangChain's names. The details are always there, as they are after a concatenation. */
export function usageMetadata(usage: TokenUsage): UsageMetadata {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  const details = usage.details ?? {};
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: usage.totalTokens ?? input + output,
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

function counts<Name extends string>(
  values: Record<Name, number | null | undefined>,
): Partial<Record<Name, number>> {
  const known = Object.entries(values).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(known) as Partial<Record<Name, number>>;
}

/**
 * The token counts of a message in a delta's words. LangChain adds up the counts of chunks, so a 0 says only that
 * another chunk reports the count.
 */
export function fromUsageMetadata(usage: UsageMetadata): TokenUsage {
  const { input_tokens, output_tokens, total_tokens } = usage;
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
  // LangChain types it by a message structure that it cannot infer here.
  const usage = message.usage_metadata as UsageMetadata | undefined;
  if (usage === undefined) return {};
  return {
    tokenUsage: {
      promptTokens: usage.input_tokens,
      completionTokens: usage.output_tokens,
      totalTokens: usage.total_tokens,
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
