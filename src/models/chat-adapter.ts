import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import type { StreamDelta, TokenUsage } from "../streaming/delta.js";

/**
 * Recognises an `AIMessageChunk` or a `ChatGenerationChunk` that `parseChunk` returned, and takes it
 * apart into the words of a delta: so it passes the same guard as all other answers.
 */
export function adaptChatChunk(value: object): StreamDelta | undefined {
  if (Object.getPrototypeOf(value) === Object.prototype) return undefined;
  if ("message" in value && isMessage(value.message)) {
    const { generationInfo } = value as { generationInfo?: Record<string, unknown> };
    return withMetadata(fromMessage(value.message), generationInfo);
  }
  return isMessage(value) ? fromMessage(value) : undefined;
}

function isMessage(value: unknown): value is AIMessageChunk {
  return (
    typeof value === "object" &&
    value !== null &&
    "content" in value &&
    "additional_kwargs" in value
  );
}

function withMetadata(delta: StreamDelta, info: Record<string, unknown> = {}): StreamDelta {
  const { finish_reason, ...metadata } = info;
  return {
    ...delta,
    finishReason: delta.finishReason ?? (finish_reason as string | undefined),
    metadata: { ...metadata, ...delta.metadata },
  };
}

function fromMessage(message: AIMessageChunk): StreamDelta {
  const { finish_reason, model_name, output_version, ...metadata } = message.response_metadata;
  const { reasoning_content, refusal, ...kwargs } = message.additional_kwargs;
  const { text, reasoning, blocks } = splitContent(message.content);
  return {
    text,
    reasoning: reasoning + ((reasoning_content as string | undefined) ?? ""),
    refusal: refusal as string | undefined,
    blocks,
    toolCalls: message.tool_call_chunks?.length
      ? message.tool_call_chunks
      : message.tool_calls?.map(({ id, name, args }) => ({ id, name, args })),
    usage: message.usage_metadata && fromUsage(message.usage_metadata),
    finishReason: finish_reason as string | undefined,
    id: message.id,
    model: model_name as string | undefined,
    metadata: { ...kwargs, ...metadata },
  };
}

function splitContent(content: AIMessageChunk["content"]) {
  if (typeof content === "string") return { text: content, reasoning: "", blocks: [] };
  const split = { text: "", reasoning: "", blocks: [] as Record<string, unknown>[] };
  for (const block of content as Record<string, unknown>[]) {
    if (block.type === "text" && typeof block.text === "string") split.text += block.text;
    else if (block.type === "reasoning" && typeof block.reasoning === "string") {
      split.reasoning += block.reasoning;
    } else if (block.type !== "tool_call" && block.type !== "tool_call_chunk")
      split.blocks.push(block);
  }
  return split;
}

function fromUsage(usage: UsageMetadata): TokenUsage {
  const { input_token_details: input, output_token_details: output } = usage;
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    totalTokens: usage.total_tokens,
    details: {
      cacheReadTokens: input?.cache_read,
      cacheCreationTokens: input?.cache_creation,
      inputAudioTokens: input?.audio,
      outputAudioTokens: output?.audio,
      reasoningTokens: output?.reasoning,
    },
  };
}
