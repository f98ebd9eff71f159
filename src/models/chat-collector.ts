import type {
  AIMessageChunk,
  AIMessageChunkFields,
  InvalidToolCall,
  MessageOutputVersion,
  ToolCall,
  ToolCallChunk,
  UsageMetadata,
} from "@langchain/core/messages";
import {
  ChatGenerationChunk,
  type ChatGeneration,
  type Generation,
  type LLMResult,
} from "@langchain/core/outputs";
import type { Delta } from "../streaming/delta.js";
import { JoinedText } from "../streaming/joined-text.js";
import { MessageChunkFactory } from "./chat-message.js";
import { StreamedMessageChunk } from "./streamed-message.js";

/**
 * Makes the chunks of one answer, and puts them together again to what LangChain's `concat` would give.
 * A `concat` of two messages costs microseconds, so pieces of plain text and reasoning are joined first,
 * and only the rest, which is rare, is concatenated piece by piece.
 */
export class ChatCollector {
  readonly #factory: MessageChunkFactory;
  readonly #text = new JoinedText();
  #collected: ChatGenerationChunk | undefined;
  /** What came after `#collected`. */
  readonly #joinedText = new JoinedText();
  readonly #joinedReasoning = new JoinedText();

  /** @param runId names the message unless the provider does. */
  constructor(outputVersion: MessageOutputVersion, runId: string | undefined) {
    this.#factory = new MessageChunkFactory(outputVersion, runId);
  }

  /** The text so far. */
  get text(): string {
    return this.#text.toString();
  }

  /** Takes a delta and gives its chunk. */
  add(delta: Delta): ChatGenerationChunk {
    const chunk = this.#factory.create(delta);
    if (!this.#join(delta)) this.#concat(delta, chunk);
    return chunk;
  }

  /** Takes a delta and gives the message of its chunk, for who has no use for the rest. */
  addMessage(delta: Delta): AIMessageChunk {
    const plain = this.#factory.plainMessage(delta);
    if (plain !== undefined && this.#join(delta)) return plain;
    return this.add(delta).message as AIMessageChunk;
  }

  /** Takes a delta whose chunk nobody wants. */
  collect(delta: Delta): void {
    if (!this.#join(delta)) this.#concat(delta, this.#factory.create(delta));
  }

  #join(delta: Delta): boolean {
    if (!this.#mayJoin(delta)) return false;
    this.#text.add(delta.text);
    this.#joinedText.add(delta.text);
    if (delta.reasoning !== undefined) this.#joinedReasoning.add(delta.reasoning);
    return true;
  }

  #concat(delta: Delta, chunk: ChatGenerationChunk): void {
    this.#text.add(delta.text);
    this.#collected = this.generation()?.concat(chunk) ?? chunk;
  }

  /** The chunks so far as one; `undefined` when there were none. */
  generation(): ChatGenerationChunk | undefined {
    const text = this.#joinedText.toString();
    const reasoning = this.#joinedReasoning.toString();
    if (this.#collected === undefined || (text === "" && reasoning === "")) return this.#collected;
    const message = new StreamedMessageChunk({
      content: text,
      additional_kwargs: reasoning === "" ? {} : { reasoning_content: reasoning },
    });
    this.#joinedText.clear();
    this.#joinedReasoning.clear();
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
  const message = (generation as ChatGeneration).message as AIMessageChunk;
  const { content, additional_kwargs, response_metadata, id, tool_calls = [] } = message;
  const { tool_call_chunks: chunks = [], invalid_tool_calls: invalid = [] } = message;
  const whole = [
    ...tool_calls.map(wholeCall),
    ...invalid.map(({ error, ...call }, i) => invalidCall(call, tool_calls.length + i)),
  ];
  const tool_call_chunks = chunks.length > 0 ? chunks : whole;
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

/** A call of a message that has its calls whole only: a cache may store messages as other classes. */
function wholeCall({ id, name, args }: ToolCall, index: number): ToolCallChunk {
  const identity = id === undefined ? { name } : { id, name };
  return { type: "tool_call_chunk", index, ...identity, args: JSON.stringify(args) };
}

function invalidCall(call: InvalidToolCall, index: number): ToolCallChunk {
  return { ...call, type: "tool_call_chunk", index };
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
