import {
  AIMessageChunk,
  type AIMessageChunkFields,
  type ContentBlock,
  type MessageOutputVersion,
  type ToolCallChunk,
  type UsageMetadata,
} from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import type { Delta, TokenUsage } from "../streaming/delta.js";
import { isJsonObject, type ToolCallPiece } from "../streaming/tool-calls.js";

/**
 * An `AIMessageChunk` whose `contentBlocks` show all of the answer: reasoning, text, refusal and tool
 * calls. LangChain derives them by the name of a provider it knows; a custom model has none. A tool
 * call with complete arguments is a `tool_call` block, one that is still arriving a `tool_call_chunk`.
 */
export class StreamedMessageChunk extends AIMessageChunk {
  override get contentBlocks(): ContentBlock.Standard[] {
    const { output_version, model_provider } = this.response_metadata;
    if (output_version === "v1") return blocksOf(this.content).map(settleToolCall);
    // The author named a provider whose messages LangChain can read itself.
    if (model_provider !== undefined) return super.contentBlocks;
    const { reasoning_content: reasoning, refusal } = this.additional_kwargs;
    return [
      ...(typeof reasoning === "string" ? [{ type: "reasoning" as const, reasoning }] : []),
      ...blocksOf(this.content),
      ...(typeof refusal === "string" ? [{ type: "refusal" as const, refusal }] : []),
      ...(this.tool_call_chunks ?? []).map((chunk) =>
        settleToolCall({ ...chunk, type: "tool_call_chunk" }),
      ),
    ];
  }
}

function blocksOf(content: AIMessageChunk["content"]): ContentBlock.Standard[] {
  if (typeof content !== "string") return content as ContentBlock.Standard[];
  return content === "" ? [] : [{ type: "text", text: content }];
}

function settleToolCall(block: ContentBlock.Standard): ContentBlock.Standard {
  if (block.type !== "tool_call_chunk") return block;
  const { id, name, args = "" } = block;
  const text = args === "" ? "{}" : args;
  if (name === undefined || !isJsonObject(text)) return block;
  const call = { name, args: JSON.parse(text) as Record<string, unknown> };
  return { type: "tool_call", ...(id !== undefined && { id }), ...call };
}

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

/** The fields of an `AIMessageChunk`, which LangChain types by a message structure that it infers. */
interface ChunkFields {
  content: string | ContentBlock[];
  additional_kwargs?: Record<string, unknown>;
  response_metadata?: Record<string, unknown>;
  tool_call_chunks?: ToolCallChunk[];
  usage_metadata?: UsageMetadata;
  id?: string;
}

/** Makes the chunks of one answer: they concatenate to the message that `invoke` returns. */
export class MessageChunkFactory {
  readonly #contentOf: (delta: Delta) => ChunkFields;
  readonly #runId: string;
  readonly #knownCalls = new Set<number>();
  #id: string | undefined;
  #started = false;

  /**
   * @param outputVersion `"v0"`: string content; `"v1"`: content blocks.
   * @param runId names the message unless the provider does.
   */
  constructor(outputVersion: MessageOutputVersion, runId: string | undefined) {
    this.#contentOf = outputVersion === "v1" ? blockContent() : stringContent;
    this.#runId = runId ?? crypto.randomUUID();
    if (runId !== undefined) this.#id = `run-${runId}`;
  }

  /** The chunk of a delta. */
  create(delta: Delta): ChatGenerationChunk {
    // Readers tell messages apart by their id: the one on the first chunk stays.
    if (delta.id !== undefined && (!this.#started || this.#id === undefined)) this.#id = delta.id;
    this.#started = true;
    const named = delta.toolCalls?.map((piece) => this.#withId(piece));
    const facts = factsOf(delta);
    const fields = this.#contentOf(named === undefined ? delta : { ...delta, toolCalls: named });
    fields.response_metadata = { ...facts, ...fields.response_metadata };
    if (named !== undefined) fields.tool_call_chunks = named.map(toolCallChunk);
    if (delta.usage !== undefined) fields.usage_metadata = usageMetadata(delta.usage);
    if (this.#id !== undefined) fields.id = this.#id;
    return new ChatGenerationChunk({
      text: delta.text,
      message: new StreamedMessageChunk(fields as AIMessageChunkFields),
      generationInfo: facts,
    });
  }

  /** A tool's result refers to its call by id, so a call that the provider left without gets one. */
  #withId(piece: ToolCallPiece): ToolCallPiece {
    const isFirst = !this.#knownCalls.has(piece.index);
    this.#knownCalls.add(piece.index);
    if (!isFirst || piece.id !== undefined) return piece;
    return { ...piece, id: `call-${this.#id ?? this.#runId}-${piece.index}` };
  }
}

function toolCallChunk(piece: ToolCallPiece): ToolCallChunk {
  return { type: "tool_call_chunk", ...piece };
}

/** Content as a string, the rest beside it: what LangChain calls v0, and most code expects. */
function stringContent({ text, reasoning, refusal, blocks }: Delta): ChunkFields {
  const textBlocks = text === "" ? [] : [{ type: "text", text }];
  return {
    content: blocks === undefined ? text : ([...textBlocks, ...blocks] as ContentBlock[]),
    additional_kwargs: {
      ...(reasoning !== undefined && { reasoning_content: reasoning }),
      ...(refusal !== undefined && { refusal }),
    },
  };
}

/** Content as blocks (v1). Each block has its place, by which the pieces find each other when concatenated. */
function blockContent(): (delta: Delta) => ChunkFields {
  const places = new Map<string, number>();
  const place = (name: string): number => {
    const index = places.get(name) ?? places.size;
    places.set(name, index);
    return index;
  };
  return ({ text, reasoning, refusal, blocks = [], toolCalls = [] }) => {
    const content: object[] = [];
    if (reasoning !== undefined) {
      content.push({ type: "reasoning", reasoning, index: place("reasoning") });
    }
    if (text !== "") content.push({ type: "text", text, index: place("text") });
    if (refusal !== undefined) content.push({ type: "refusal", refusal, index: place("refusal") });
    for (const block of blocks) content.push({ index: place(`block ${places.size}`), ...block });
    for (const piece of toolCalls) {
      content.push({ ...toolCallChunk(piece), index: place(`call ${piece.index}`) });
    }
    return { content: content as ContentBlock[], response_metadata: { output_version: "v1" } };
  };
}

/** What a delta says about the answer as a whole, under the names LangChain's models use. */
function factsOf({ finishReason, model, metadata }: Delta): Record<string, unknown> {
  return {
    ...metadata,
    ...(model !== undefined && { model_name: model }),
    ...(finishReason !== undefined && { finish_reason: finishReason }),
  };
}
