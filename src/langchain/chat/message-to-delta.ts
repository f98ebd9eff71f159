import type { AIMessageChunk } from "@langchain/core/messages";
import type { StreamDelta, ToolCallDelta } from "../../streaming/delta/stream-delta.js";
import { fromUsageMetadata } from "./token-usage.js";

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
  const { finish_reason, model, model_name, output_version, ...metadata } =
    message.response_metadata;
  const { reasoning_content, refusal, ...kwargs } = message.additional_kwargs;
  const content = splitContent(message.content);
  return {
    ...content,
    reasoning: content.reasoning + textOf(reasoning_content),
    refusal: content.refusal + textOf(refusal),
    toolCalls: toolCallsOf(message) ?? content.toolCalls,
    usage: message.usage_metadata && fromUsageMetadata(message.usage_metadata),
    finishReason: finish_reason as string | undefined,
    id: message.id,
    model: (model_name ?? model) as string | undefined,
    metadata: { ...kwargs, ...metadata },
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The calls of a message, in pieces or whole; `undefined` when it has none. */
function toolCallsOf(message: AIMessageChunk): readonly ToolCallDelta[] | undefined {
  const { tool_call_chunks: chunks = [], tool_calls: calls = [] } = message;
  if (chunks.length > 0) return chunks;
  return calls.length > 0 ? calls : undefined;
}

function splitContent(content: AIMessageChunk["content"]) {
  const split = {
    text: "",
    reasoning: "",
    refusal: "",
    toolCalls: [] as ToolCallDelta[],
    blocks: [] as Record<string, unknown>[],
  };
  if (typeof content === "string") return { ...split, text: content };
  for (const block of content as Record<string, unknown>[]) {
    const { type } = block;
    if (type === "text") split.text += textOf(block.text);
    else if (type === "reasoning") split.reasoning += textOf(block.reasoning);
    else if (type === "refusal") split.refusal += textOf(block.refusal);
    else if (type === "tool_call") split.toolCalls.push(block);
    // Pieces of calls are in the message's tool_call_chunks, too.
    else if (type !== "tool_call_chunk") split.blocks.push(block);
  }
  return split;
}
