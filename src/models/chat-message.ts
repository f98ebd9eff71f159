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

/** Whose the blocks are that {@link StreamedMessageChunk.contentBlocks} gave. */
const owners = new WeakMap<object, StreamedMessageChunk>();

/**
 * An `AIMessageChunk` whose `contentBlocks` show all of the answer: reasoning, text, refusal and tool
 * calls. LangChain derives them by the name of a provider it knows; a custom model has none. A tool
 * call with complete arguments is a `tool_call` block, one that is still arriving a `tool_call_chunk`.
 */
export class StreamedMessageChunk extends AIMessageChunk {
  /** @param fields the fields of an `AIMessageChunk`, or its content. */
  constructor(fields: string | AIMessageChunkFields) {
    super(ofCopied(fields));
  }

  override get contentBlocks(): ContentBlock.Standard[] {
    const { output_version, model_provider } = this.response_metadata;
    if (output_version === "v1") {
      const blocks = blocksOf(this.content).map(settleToolCall);
      owners.set(blocks, this);
      return blocks;
    }
    // The author named a provider whose messages LangChain can read itself.
    if (model_provider !== undefined) return super.contentBlocks;
    const { reasoning_content: reasoning, refusal } = this.additional_kwargs;
    return [
      ...(typeof reasoning === "string" ? [{ type: "reasoning" as const, reasoning }] : []),
      ...blocksOf(this.content),
      ...(typeof refusal === "string" ? [{ type: "refusal" as const, refusal }] : []),
      ...this.#toolCallBlocks(),
    ];
  }

  #toolCallBlocks(): ContentBlock.Standard[] {
    const { tool_call_chunks: chunks = [], tool_calls: calls = [] } = this;
    if (chunks.length === 0) return calls.map((call) => ({ ...call, type: "tool_call" }));
    return chunks.map((chunk) => settleToolCall({ ...chunk, type: "tool_call_chunk" }));
  }
}

/**
 * LangChain copies a v1 message on some paths (`invoke`) and not on others (`stream`): all its properties as
 * fields, its `contentBlocks` as content. A message is the same on every path if its copy has its own fields.
 */
function ofCopied(fields: string | AIMessageChunkFields): string | AIMessageChunkFields {
  if (typeof fields === "string" || typeof fields.content !== "object") return fields;
  const owner = owners.get(fields.content);
  if (owner === undefined) return fields;
  const { response_metadata } = fields;
  return { ...owner.lc_kwargs, ...(response_metadata && { response_metadata }) };
}

function blocksOf(content: AIMessageChunk["content"]): ContentBlock.Standard[] {
  if (typeof content !== "string") return content as ContentBlock.Standard[];
  return content === "" ? [] : [{ type: "text", text: content }];
}

function settleToolCall(block: ContentBlock.Standard): ContentBlock.Standard {
  if (block.type !== "tool_call_chunk") return block;
  return completeToolCall(block) ?? block;
}

/** A tool call of which all has come, as a block; `undefined` if name or arguments are missing. */
export function completeToolCall(
  call: ToolCallChunk | ContentBlock.Tools.ToolCallChunk,
): ContentBlock.Tools.ToolCall | undefined {
  const { id, name, args = "" } = call;
  // No arguments at all are complete, too: some providers send none for a tool that takes none.
  const text = args.trim() === "" ? "{}" : args;
  if (name === undefined || !isJsonObject(text)) return undefined;
  const parsed = { name, args: JSON.parse(text) as Record<string, unknown> };
  return { type: "tool_call", ...(id !== undefined && { id }), ...parsed };
}

/** Token counts under LangChain's names. The details are always there, as they are after a concatenation. */
function usageMetadata(usage: TokenUsage): UsageMetadata {
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
  readonly #knownFacts = new Map<string, unknown>();
  #id: string | undefined;
  #started = false;

  /**
   * @param outputVersion `"v0"`: string content; `"v1"`: content blocks.
   * @param runId names the message unless the provider does.
   */
  constructor(outputVersion: MessageOutputVersion, runId: string | undefined) {
    this.#contentOf = outputVersion === "v1" ? blockContent() : stringContent();
    this.#runId = runId ?? crypto.randomUUID();
    if (runId !== undefined) this.#id = `run-${runId}`;
  }

  /** The chunk of a delta. */
  create(delta: Delta): ChatGenerationChunk {
    // Readers tell messages apart by their id: the one on the first chunk stays.
    if (delta.id !== undefined && (!this.#started || this.#id === undefined)) this.#id = delta.id;
    this.#started = true;
    const named = delta.toolCalls?.map((piece) => this.#withId(piece));
    const facts = this.#newFacts(delta);
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

  /**
   * What a delta says about the answer as a whole, under the names LangChain's models use. LangChain adds up
   * the numbers and texts that chunks have under one name: the first counts. Lists and objects it merges.
   */
  #newFacts({ finishReason, model, metadata }: Delta): Record<string, unknown> {
    const told = {
      ...metadata,
      ...(model !== undefined && { model_name: model }),
      ...(finishReason !== undefined && { finish_reason: finishReason }),
    };
    const facts = Object.entries(told).filter(([name, fact]) =>
      mayFollow(this.#knownFacts.get(name), fact),
    );
    for (const [name, value] of facts) this.#knownFacts.set(name, value);
    return Object.fromEntries(facts);
  }

  /** A tool's result refers to its call by id, so a call that the provider left without gets one. */
  #withId(piece: ToolCallPiece): ToolCallPiece {
    const isFirst = !this.#knownCalls.has(piece.index);
    this.#knownCalls.add(piece.index);
    if (!isFirst || piece.id !== undefined) return piece;
    return { ...piece, id: `call-${this.#id ?? this.#runId}-${piece.index}` };
  }
}

/** Whether LangChain can merge a fact with an earlier one of its name. */
function mayFollow(earlier: unknown, fact: unknown): boolean {
  if (earlier === undefined) return true;
  const areObjects = typeof earlier === "object" && typeof fact === "object";
  return areObjects && Array.isArray(earlier) === Array.isArray(fact);
}

function toolCallChunk(piece: ToolCallPiece): ToolCallChunk {
  return { type: "tool_call_chunk", ...piece };
}

/** Places of blocks in the content, by which their pieces find each other when concatenated. */
class BlockPlaces {
  #count = 0;
  #run: { readonly kind: string; readonly place: number } | undefined;
  readonly #calls = new Map<number, number>();

  /** The place of a piece of text or the like: the one of the piece before, if that was of the same kind. */
  ofPiece(kind: string): number {
    if (this.#run?.kind !== kind) this.#run = { kind, place: this.#count++ };
    return this.#run.place;
  }

  /** The place of a block that comes whole. */
  ofBlock(): number {
    this.#run = undefined;
    return this.#count++;
  }

  /** The place of a piece of a tool call; calls may interleave, with each other and with text. */
  ofCall(index: number): number {
    const place = this.#calls.get(index) ?? this.ofBlock();
    this.#calls.set(index, place);
    return place;
  }
}

/** Content as a string, the rest beside it: what LangChain calls v0, and most code expects. */
function stringContent(): (delta: Delta) => ChunkFields {
  const places = new BlockPlaces();
  let isString = true;
  return ({ text, reasoning, refusal, blocks = [] }) => {
    if (blocks.length > 0) isString = false;
    return {
      content: isString ? text : textAndBlocks(text, blocks, places),
      additional_kwargs: {
        ...(reasoning !== undefined && { reasoning_content: reasoning }),
        ...(refusal !== undefined && { refusal }),
      },
    };
  };
}

/** Once there are blocks, LangChain would make a block of its own of every piece of text. */
function textAndBlocks(
  text: string,
  blocks: NonNullable<Delta["blocks"]>,
  places: BlockPlaces,
): ContentBlock[] {
  const content: object[] = [];
  if (text !== "") content.push({ type: "text", text, index: places.ofPiece("text") });
  for (const block of blocks) {
    places.ofBlock();
    content.push(block);
  }
  return content as ContentBlock[];
}

/** Content as blocks (v1), in the order in which they began. */
function blockContent(): (delta: Delta) => ChunkFields {
  const places = new BlockPlaces();
  return ({ text, reasoning, refusal, blocks = [], toolCalls = [] }) => {
    const content: object[] = [];
    const add = (type: string, piece: string | undefined): void => {
      if (piece) content.push({ type, [type]: piece, index: places.ofPiece(type) });
    };
    add("reasoning", reasoning);
    add("text", text);
    add("refusal", refusal);
    for (const block of blocks) content.push({ index: places.ofBlock(), ...block });
    for (const piece of toolCalls) {
      content.push({ ...toolCallChunk(piece), index: places.ofCall(piece.index) });
    }
    return { content: content as ContentBlock[], response_metadata: { output_version: "v1" } };
  };
}
