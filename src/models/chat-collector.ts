import type {
  AIMessage,
  AIMessageChunk,
  AIMessageChunkFields,
  MessageOutputVersion,
  UsageMetadata,
} from "@langchain/core/messages";
import {
  ChatGenerationChunk,
  type ChatGeneration,
  type Generation,
  type LLMResult,
} from "@langchain/core/outputs";
import type { Delta } from "../streaming/delta.js";
import { MessageChunkFactory, StreamedMessageChunk } from "./chat-message.js";

/**
 * Makes the chunks of one answer, and puts them together again to what LangChain's `concat` would give.
 * A `concat` of two messages costs microseconds, so pieces of plain text and reasoning are joined first,
 * and only the rest, which is rare, is concatenated piece by piece.
 */
export class ChatCollector {
  readonly #factory: MessageChunkFactory;
  #text = "";
  #collected: ChatGenerationChunk | undefined;
  /** What came after `#collected`. */
  #joinedText = "";
  #joinedReasoning = "";

  /** @param runId names the message unless the provider does. */
  constructor(outputVersion: MessageOutputVersion, runId: string | undefined) {
    this.#factory = new MessageChunkFactory(outputVersion, runId);
  }

  /** The text so far. */
  get text(): string {
    return this.#text;
  }

  /** Takes a delta and gives its chunk. */
  add(delta: Delta): ChatGenerationChunk {
    const chunk = this.#factory.create(delta);
    this.#text += delta.text;
    if (this.#mayJoin(delta)) {
      this.#joinedText += delta.text;
      this.#joinedReasoning += delta.reasoning ?? "";
    } else {
      this.#collected = this.generation()?.concat(chunk) ?? chunk;
    }
    return chunk;
  }

  /** The chunks so far as one; `undefined` when there were none. */
  generation(): ChatGenerationChunk | undefined {
    const text = this.#joinedText;
    const reasoning = this.#joinedReasoning;
    if (this.#collected === undefined || (text === "" && reasoning === "")) return this.#collected;
    const message = new StreamedMessageChunk({
      content: text,
      additional_kwargs: reasoning === "" ? {} : { reasoning_content: reasoning },
    });
    this.#joinedText = this.#joinedReasoning = "";
    this.#collected = this.#collected.concat(
      new ChatGenerationChunk({ text, message, generationInfo: {} }),
    );
    return this.#collected;
  }

  /** The message so far, empty when nothing came. */
  message(): AIMessageChunk {
    return (
      (this.generation()?.message as AIMessageChunk | undefined) ?? new StreamedMessageChunk("")
    );
  }

  /** The answer as LangChain hands it to callbacks. */
  result(): LLMResult {
    const generation = this.generation();
    if (generation === undefined) return { generations: [[]] };
    return {
      generations: [[generation]],
      llmOutput: tokenUsage(generation.message as AIMessageChunk),
    };
  }

  /** Whether a delta is a piece of text or reasoning of a message whose content is a string. */
  #mayJoin(delta: Delta): boolean {
    if (typeof this.#collected?.message.content !== "string") return false;
    for (const field in delta) if (field !== "text" && field !== "reasoning") return false;
    return true;
  }
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

/** A cached generation as a chunk. It cost nothing this time, so its token counts are 0, as in LangChain's `invoke`. */
export function replayGeneration(generation: Generation): ChatGenerationChunk {
  const { message } = generation as ChatGeneration;
  const {
    content,
    additional_kwargs,
    response_metadata,
    id,
    tool_calls = [],
  } = message as AIMessage;
  const tool_call_chunks = tool_calls.map((call, index) => ({
    type: "tool_call_chunk" as const,
    index,
    id: call.id,
    name: call.name,
    args: JSON.stringify(call.args),
  }));
  const usage_metadata = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  const fields = {
    content,
    additional_kwargs,
    response_metadata,
    id,
    tool_call_chunks,
    usage_metadata,
  };
  return new ChatGenerationChunk({
    text: generation.text,
    message: new StreamedMessageChunk(fields as AIMessageChunkFields),
    generationInfo: { ...generation.generationInfo, tokenUsage: {} },
  });
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
