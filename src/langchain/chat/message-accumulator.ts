import type {
  AIMessageChunk,
  AIMessageChunkFields,
  BaseMessage,
  ContentBlock,
  MessageOutputVersion,
  UsageMetadata,
} from "@langchain/core/messages";
import { ChatGenerationChunk, type LLMResult } from "@langchain/core/outputs";
import type { Delta } from "../../streaming/delta/delta.js";
import { Rope } from "../../streaming/text/rope.js";
import { chooseFields } from "../../formats/fields.js";
import type { AnswerAccumulator } from "../answer-kind.js";
import { joinLogprobs } from "../logprobs.js";
import { argumentsPiece, isCallsOnly, isPiece } from "./delta-pieces.js";
import type { ChunkFields } from "./message-content.js";
import { JoinedFacts } from "./joined-facts.js";
import { MessageChunkFactory } from "./message-chunks.js";
import { joinChunks, joinLists } from "./message-joiner.js";
import { moreOf, openBlock, pieceKind, type OpenBlock } from "./open-block.js";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";
import { tokenUsage } from "./token-usage.js";
import { lastCallBlocks, ToolCallAccumulator } from "./tool-call-accumulator.js";

/**
 * Makes the chunks of one answer, and puts them together again to what LangChain's `concat` would give.
 * A `concat` of two messages costs microseconds, and copies all that they hold, so pieces of plain text and reasoning
 * are joined first, the pieces of tool calls and the facts in the metadata apart, and only the rest, which is rare,
 * is concatenated piece by piece.
 */
export class MessageAccumulator implements AnswerAccumulator<ChatGenerationChunk, AIMessageChunk> {
  readonly #newFactory: () => MessageChunkFactory;
  #factory: MessageChunkFactory;
  readonly #text = new Rope();
  /** All but the tool calls, the facts, and the pieces that are joined. */
  #collected: ChatGenerationChunk | undefined;
  #toolCalls = new ToolCallAccumulator();
  /** In the message's metadata, and beside the message, where the last one of a name counts. */
  #facts = new JoinedFacts(joinLists);
  #info: Record<string, unknown> = {};
  /** `#collected` with the tool calls and the facts, once it was asked for. */
  #whole:
    { readonly of: ChatGenerationChunk; readonly generation: ChatGenerationChunk } | undefined;
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
    const facts = chunk.generationInfo ?? {};
    this.#facts.add(facts);
    Object.assign(this.#info, facts);
    this.#whole = undefined;
    if (delta.toolCalls === undefined) {
      const isOwn = !isGiven && Object.keys(facts).length === 0;
      const own = isOwn ? chunk : remade(chunk, withoutFacts(chunk, facts));
      this.#collected = joinChunks(this.#others(), own);
      this.#open = openBlock(delta, chunk);
      return;
    }
    if (this.#collected === undefined || !isCallsOnly(delta)) {
      const rest = withoutCalls(chunk, facts);
      this.#collected = joinChunks(this.#others(), rest);
    }
    this.#closeBlock();
    const { content } = this.#collected.message;
    this.#toolCalls.add(chunk.message as AIMessageChunk, content.length);
  }

  /** The chunks so far as one; `undefined` when there were none. */
  generation(): ChatGenerationChunk | undefined {
    const others = this.#others();
    if (others === undefined) return undefined;
    if (this.#whole?.of !== others) this.#whole = { of: others, generation: this.#wholeOf(others) };
    return this.#whole.generation;
  }

  #wholeOf(others: ChatGenerationChunk): ChatGenerationChunk {
    const { response_metadata } = others.message;
    return remade(others, {
      ...(!this.#toolCalls.isEmpty && withCalls(others, this.#toolCalls)),
      response_metadata: { ...this.#facts.all(), ...response_metadata },
      info: this.#info,
    });
  }

  /** All but the tool calls and the facts. */
  #others(): ChatGenerationChunk | undefined {
    const text = this.#joinedText.toString();
    const reasoning = this.#joinedReasoning.toString();
    const logprobs = this.#joinedLogprobs;
    const isNothing = text === "" && reasoning === "" && logprobs === undefined;
    if (this.#collected === undefined || isNothing) return this.#collected;
    const metadata = logprobs === undefined ? {} : { logprobs };
    const message =
      this.#open === undefined
        ? new StreamedMessageChunk({
            content: text,
            additional_kwargs: reasoning === "" ? {} : { reasoning_content: reasoning },
            response_metadata: metadata,
          })
        : new StreamedMessageChunk({
            content: [moreOf(this.#open, text === "" ? reasoning : text)],
            response_metadata: { ...metadata, output_version: "v1" },
          });
    this.#joinedText.clear();
    this.#joinedReasoning.clear();
    this.#joinedLogprobs = undefined;
    this.#collected = this.#collected.concat(wrapped(text, message));
    return this.#collected;
  }

  /** A block of another kind begins: what comes next is no more of the one before. */
  #closeBlock(): void {
    if (this.#open === undefined) return;
    this.#others();
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
    if (typeof this.#collected.message.content === "string") return true;
    return this.#open !== undefined && this.#open.type === pieceKind(delta);
  }
}

function wrapped(text: string, message: StreamedMessageChunk): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message, generationInfo: {} });
}

/** The parts of a chunk with and without which it is joined to others. */
type OwnParts = Partial<ChunkFields> & {
  readonly tool_calls?: [];
  readonly info?: Readonly<Record<string, unknown>>;
};

function withoutCalls(
  chunk: ChatGenerationChunk,
  facts: Readonly<Record<string, unknown>>,
): ChatGenerationChunk {
  const message = chunk.message as AIMessageChunk;
  const { content } = message;
  const others =
    typeof content === "string"
      ? content
      : content.slice(0, content.length - lastCallBlocks(message).length);
  return remade(chunk, { content: others, ...withoutFacts(chunk, facts) });
}

function withoutFacts(
  { message }: ChatGenerationChunk,
  facts: Readonly<Record<string, unknown>>,
): OwnParts {
  const metadata = chooseFields(
    message.response_metadata,
    (name, value) => !Object.hasOwn(facts, name) || facts[name] !== value,
  );
  return { response_metadata: metadata, info: {} };
}

function withCalls(others: ChatGenerationChunk, toolCalls: ToolCallAccumulator): OwnParts {
  const { content, response_metadata } = others.message;
  const isV1 = response_metadata.output_version === "v1" && typeof content !== "string";
  return {
    content: isV1 ? toolCalls.among(content) : content,
    tool_call_chunks: toolCalls.chunks(),
    tool_calls: [],
  };
}

/** A copy of a chunk, with other parts perhaps: it has what may be changed as objects of its own. */
function remade(
  chunk: ChatGenerationChunk,
  { content, info = chunk.generationInfo ?? {}, ...parts }: OwnParts,
): ChatGenerationChunk {
  const original = chunk.message as AIMessageChunk;
  const { id, additional_kwargs, response_metadata } = original;
  const usage = original.usage_metadata as UsageMetadata | undefined;
  const blocks: string | ContentBlock[] = content ?? original.content;
  const fields: ChunkFields = {
    content: typeof blocks === "string" ? blocks : blocks.map((block) => ({ ...block })),
    additional_kwargs: { ...additional_kwargs },
    response_metadata: { ...response_metadata },
    ...(id !== undefined && { id }),
    ...(usage && { usage_metadata: { ...usage } }),
    ...parts,
  };
  const message = new StreamedMessageChunk(fields as AIMessageChunkFields);
  return new ChatGenerationChunk({ text: chunk.text, message, generationInfo: { ...info } });
}
