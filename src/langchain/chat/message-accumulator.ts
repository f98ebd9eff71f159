import type { AIMessageChunk, BaseMessage, MessageOutputVersion } from "@langchain/core/messages";
import { ChatGenerationChunk, type LLMResult } from "@langchain/core/outputs";
import type { Delta } from "../../streaming/delta/delta.js";
import { Rope } from "../../streaming/text/rope.js";
import type { AnswerAccumulator } from "../answer-kind.js";
import { joinLogprobs } from "../logprobs.js";
import { argumentsPiece, isCallsOnly, isPiece } from "./delta-pieces.js";
import { JoinedBlocks } from "./joined-blocks.js";
import { JoinedFacts } from "./joined-facts.js";
import { MessageChunkFactory } from "./message-chunks.js";
import { joinChunks, joinLists, joinMetadata } from "./message-joiner.js";
import { moreOf, openBlock, pieceKind, type OpenBlock } from "./open-block.js";
import { factsIn, remade, withoutCallsAndFacts } from "./remade-chunk.js";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";
import { tokenUsage } from "./token-usage.js";
import { ToolCallAccumulator } from "./tool-call-accumulator.js";

/**
 * Makes the chunks of one answer, and puts them together again to what LangChain's `concat` would give.
 * A `concat` of two messages costs microseconds, and copies all that they hold, so pieces of plain text and reasoning
 * are joined first, tool calls, other blocks and the facts in the metadata apart, and only the rest, which is rare, is
 * concatenated piece by piece.
 */
export class MessageAccumulator implements AnswerAccumulator<ChatGenerationChunk, AIMessageChunk> {
  readonly #newFactory: () => MessageChunkFactory;
  #factory: MessageChunkFactory;
  readonly #text = new Rope();
  /** All but the tool calls, the facts, the blocks, and the pieces that are joined. */
  #collected: ChatGenerationChunk | undefined;
  /** The content, once it is blocks. */
  #blocks: JoinedBlocks | undefined;
  #toolCalls = new ToolCallAccumulator();
  /** In the message's metadata, and beside the message, where the last one of a name counts. */
  #facts = new JoinedFacts(joinLists);
  #info: Record<string, unknown> = {};
  /** All of them together, once that was asked for. */
  #whole: ChatGenerationChunk | undefined;
  /** The pieces that came after `#collected`. */
  readonly #joinedText = new Rope();
  readonly #joinedReasoning = new Rope();
  #joinedLogprobs: unknown;
  /** The block of the last piece, to which those of its kind are joined, where the content is blocks (v1). */
  #open: OpenBlock | undefined;

  /**
   * @param runId names the message unless the provider does.
   * @param history the messages that are answered.
   */
  constructor(
    outputVersion: MessageOutputVersion,
    runId: string | undefined,
    history?: readonly BaseMessage[],
  ) {
    this.#newFactory = () => new MessageChunkFactory(outputVersion, runId, history);
    this.#factory = this.#newFactory();
  }

  /** Forgets the answer so far: it begins anew. */
  restart(): void {
    this.#factory = this.#newFactory();
    for (const text of [this.#text, this.#joinedText, this.#joinedReasoning]) text.clear();
    this.#joinedLogprobs = undefined;
    this.#open = undefined;
    this.#toolCalls = new ToolCallAccumulator();
    this.#facts = new JoinedFacts(joinLists);
    this.#info = {};
    this.#collected = undefined;
    this.#blocks = undefined;
    this.#whole = undefined;
  }

  /** The text so far. */
  get text(): string {
    return this.#text.toString();
  }

  /** Takes a delta and gives its chunk. */
  add(delta: Delta): ChatGenerationChunk {
    const chunk = this.#factory.create(delta);
    if (!this.#join(delta)) this.#concat(delta, chunk, true);
    return chunk;
  }

  /** Takes a delta and gives the message of its chunk: one that is a piece needs no chunk around it. */
  addOutput(delta: Delta): AIMessageChunk {
    const piece = this.#factory.pieceMessage(delta);
    if (piece === undefined) return this.add(delta).message as AIMessageChunk;
    if (!this.#join(delta)) this.#concat(delta, wrapped(delta.text, piece), true);
    return piece;
  }

  /** Takes a delta whose chunk nobody wants. */
  collect(delta: Delta): void {
    if (this.#join(delta)) this.#factory.skip(delta);
    else this.#concat(delta, this.#factory.create(delta), false);
  }

  #join(delta: Delta): boolean {
    return this.#joinText(delta) || this.#joinArguments(delta);
  }

  #joinArguments(delta: Delta): boolean {
    const piece = argumentsPiece(delta);
    if (piece === undefined || !this.#toolCalls.addArguments(piece.index, piece.args)) return false;
    this.#whole = undefined;
    return true;
  }

  #joinText(delta: Delta): boolean {
    if (!this.#mayJoin(delta)) return false;
    this.#whole = undefined;
    this.#text.add(delta.text);
    this.#joinedText.add(delta.text);
    if (delta.reasoning !== undefined) this.#joinedReasoning.add(delta.reasoning);
    if (delta.logprobs !== undefined) {
      this.#joinedLogprobs = joinLogprobs(this.#joinedLogprobs, delta.logprobs);
    }
    return true;
  }

  /** @param isGiven whether somebody gets the chunk, who may change it. */
  #concat(delta: Delta, chunk: ChatGenerationChunk, isGiven: boolean): void {
    this.#text.add(delta.text);
    const facts = factsIn(chunk);
    this.#facts.add(facts);
    Object.assign(this.#info, chunk.generationInfo);
    this.#whole = undefined;
    if (delta.toolCalls === undefined) {
      const isOwn = !isGiven && Object.keys(facts).length === 0;
      this.#collect(isOwn ? chunk : withoutCallsAndFacts(chunk, facts));
      this.#open = openBlock(delta, chunk);
      return;
    }
    if (this.#collected === undefined || !isCallsOnly(delta)) {
      this.#collect(withoutCallsAndFacts(chunk, facts));
    }
    this.#closeBlock();
    this.#toolCalls.add(chunk.message as AIMessageChunk, this.#blocks?.length ?? 0);
  }

  #collect(own: ChatGenerationChunk): void {
    this.#joinPieces();
    const { content } = own.message;
    if (
      this.#collected === undefined ||
      this.#blocks === undefined ||
      typeof content === "string"
    ) {
      this.#setCollected(joinChunks(this.#collected, own));
      return;
    }
    this.#blocks.add(content);
    if (isContentOnly(own, this.#collected)) return;
    this.#collected = joinChunks(this.#collected, remade(own, { content: [] }));
  }

  #setCollected(collected: ChatGenerationChunk): void {
    const { content } = collected.message;
    const isFirst = typeof content !== "string" && this.#blocks === undefined;
    if (isFirst) this.#blocks = new JoinedBlocks(content);
    this.#collected = isFirst ? remade(collected, { content: [] }) : collected;
  }

  /** The chunks so far as one; `undefined` when there were none. */
  generation(): ChatGenerationChunk | undefined {
    this.#joinPieces();
    return this.#collected && (this.#whole ??= this.#wholeOf(this.#collected));
  }

  #wholeOf(collected: ChatGenerationChunk): ChatGenerationChunk {
    const { content, response_metadata } = collected.message;
    const calls = this.#toolCalls;
    const blocks = this.#blocks?.all();
    const isV1 = response_metadata.output_version === "v1";
    return remade(collected, {
      text: this.text,
      content: blocks === undefined ? content : isV1 ? calls.among(blocks) : [...blocks],
      ...(!calls.isEmpty && { tool_call_chunks: calls.chunks(), tool_calls: [] }),
      // Log probabilities may stand in both.
      response_metadata: joinMetadata(this.#facts.all(), response_metadata),
      info: this.#info,
    });
  }

  /** Adds the pieces to what is collected. */
  #joinPieces(): void {
    const text = this.#joinedText.toString();
    const reasoning = this.#joinedReasoning.toString();
    const logprobs = this.#joinedLogprobs;
    const isNothing = text === "" && reasoning === "" && logprobs === undefined;
    if (this.#collected === undefined || isNothing) return;
    this.#joinedText.clear();
    this.#joinedReasoning.clear();
    this.#joinedLogprobs = undefined;
    const isString = this.#open === undefined;
    if (this.#open !== undefined) {
      this.#blocks?.add([moreOf(this.#open, text === "" ? reasoning : text)]);
      if (logprobs === undefined) return;
    }
    const message = new StreamedMessageChunk({
      content: isString ? text : [],
      additional_kwargs: isString && reasoning !== "" ? { reasoning_content: reasoning } : {},
      response_metadata: logprobs === undefined ? {} : { logprobs },
    });
    this.#collected = joinChunks(this.#collected, wrapped(text, message));
  }

  /** A block of another kind begins: what comes next is no more of the one before. */
  #closeBlock(): void {
    if (this.#open === undefined) return;
    this.#joinPieces();
    this.#open = undefined;
  }

  /** The message so far, empty when nothing came. */
  message(): AIMessageChunk {
    return (
      (this.generation()?.message as AIMessageChunk | undefined) ?? new StreamedMessageChunk("")
    );
  }

  output(): AIMessageChunk {
    return this.message();
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

  /** A delta is a piece of text or reasoning, and goes on with what the content has last. */
  #mayJoin(delta: Delta): boolean {
    if (this.#collected === undefined || !isPiece(delta)) return false;
    if (this.#blocks === undefined) return true;
    return this.#open !== undefined && this.#open.type === pieceKind(delta);
  }
}

function wrapped(text: string, message: StreamedMessageChunk): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message, generationInfo: {} });
}

/** A chunk adds nothing but its content to what is collected. */
function isContentOnly(chunk: ChatGenerationChunk, collected: ChatGenerationChunk): boolean {
  const message = chunk.message as AIMessageChunk;
  const { id, additional_kwargs, response_metadata, usage_metadata } = message;
  return (
    usage_metadata === undefined &&
    (id === undefined || id === collected.message.id) &&
    Object.keys(additional_kwargs).length === 0 &&
    Object.keys(response_metadata).every((name) => name === "output_version")
  );
}
