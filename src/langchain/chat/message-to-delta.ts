import type { AIMessageChunk } from "@langchain/core/messages";
import { chooseFields } from "../../formats/fields.js";
import { CALL_BLOCK } from "./check-blocks.js";
import type { StreamDelta, ToolCallDelta } from "../../streaming/delta/stream-delta.js";
import { fromUsageMetadata } from "./token-usage.js";

type Fields = Record<string, unknown>;

/**
 * Recognises an `AIMessageChunk` or a `ChatGenerationChunk` that `parseChunk` returned, and takes it
 * apart into the words of deltas: so it passes the same guard as all other answers. Of content in blocks
 * each is a delta of its own, for they keep their order.
 */
export function adaptChatChunk(value: object): readonly StreamDelta[] | undefined {
  if (Object.getPrototypeOf(value) === Object.prototype) return undefined;
  if ("message" in value && isMessage(value.message)) {
    const { generationInfo } = value as { generationInfo?: Fields };
    return fromMessage(value.message, generationInfo);
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

/** @param info of the generation that the message is of. */
function fromMessage(message: AIMessageChunk, info: Fields = {}): readonly StreamDelta[] {
  const { finish_reason: reason, logprobs, ...about } = { ...info, ...message.response_metadata };
  const { model, model_name, output_version, ...metadata } = about;
  const { reasoning_content, refusal, ...kwargs } = message.additional_kwargs;
  const parts = partsOf(message.content);
  const first = parts[0] as StreamDelta;
  parts[0] = {
    ...first,
    id: message.id,
    model: (model_name ?? model) as string | undefined,
    reasoning: textOf(first.reasoning) + textOf(reasoning_content),
    metadata: { ...kwargs, ...metadata },
  };
  const last = parts.at(-1) as StreamDelta;
  parts[parts.length - 1] = {
    ...last,
    refusal: textOf(last.refusal) + textOf(refusal),
    toolCalls: toolCallsOf(message),
    logprobs: logprobs as StreamDelta["logprobs"],
    usage: message.usage_metadata && fromUsageMetadata(message.usage_metadata),
    finishReason: reason as string | undefined,
  };
  return parts;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The calls of a message, in pieces or whole. An invalid one says by its `error` that it is none. */
function toolCallsOf(message: AIMessageChunk): readonly ToolCallDelta[] {
  const { tool_call_chunks: chunks = [], tool_calls = [], invalid_tool_calls = [] } = message;
  if (chunks.length > 0) return chunks;
  const calls: ToolCallDelta[] = [
    ...tool_calls,
    ...invalid_tool_calls.map(({ id, name, args, error }) => ({ id, name, args, error })),
  ];
  if (calls.length > 0 || typeof message.content === "string") return calls;
  return (message.content as readonly Fields[]).filter(({ type }) => type === "tool_call");
}

/** The deltas of a content, at least one. */
function partsOf(content: AIMessageChunk["content"]): StreamDelta[] {
  if (typeof content === "string") return [{ text: content }];
  const parts = (content as readonly Fields[]).flatMap(partOf);
  return parts.length > 0 ? parts : [{ text: "" }];
}

function partOf(block: Fields): StreamDelta[] {
  const { type } = block;
  if (type === "text") return [{ text: textOf(block.text), blocks: noteOf(block, { text: "" }) }];
  if (type === "reasoning") return [{ reasoning: textOf(block.reasoning), blocks: noteOf(block) }];
  if (type === "refusal") return [{ refusal: textOf(block.refusal) }];
  // The calls of the message say it, too.
  return CALL_BLOCK.test(String(type)) ? [] : [{ blocks: [block] }];
}

/** All that a text or a thought holds beside its words (citations, a signature), as a block that belongs to it. */
function noteOf({ type, index, id, ...fields }: Fields, empty: Fields = {}): StreamDelta["blocks"] {
  const { text, reasoning, ...others } = fields;
  const said = chooseFields(others, (_, value) => saysSomething(value));
  return Object.keys(said).length > 0 ? [{ type, ...empty, ...said }] : undefined;
}

function saysSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : (value ?? "") !== "";
}
