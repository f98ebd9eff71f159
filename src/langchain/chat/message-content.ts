import type { ContentBlock, ToolCallChunk, UsageMetadata } from "@langchain/core/messages";
import type { Delta, ToolCallPiece } from "../../streaming/delta/delta.js";
import { Rope } from "../../streaming/text/rope.js";

/** The fields of an `AIMessageChunk`, which LangChain types by a message structure that it infers. */
export interface ChunkFields {
  content: string | ContentBlock[];
  additional_kwargs?: Record<string, unknown>;
  response_metadata?: Record<string, unknown>;
  tool_call_chunks?: ToolCallChunk[];
  usage_metadata?: UsageMetadata;
  id?: string;
}

/** A piece of a tool call, as LangChain has it. */
export function toolCallChunk(piece: ToolCallPiece): ToolCallChunk {
  return { type: "tool_call_chunk", ...piece };
}

/** Places of blocks in the content, by which their pieces find each other when concatenated. */
class BlockPlaces {
  #count = 0;
  #run: { readonly kind: string; readonly place: number; readonly isClosed: boolean } | undefined;
  readonly #calls = new Map<number, number>();

  /** The place of a piece of text or the like: the one of the piece before, if that was of the same kind. */
  ofPiece(kind: string): number {
    if (this.#run?.kind !== kind || this.#run.isClosed) {
      this.#run = { kind, place: this.#count++, isClosed: false };
    }
    return this.#run.place;
  }

  /**
   * The place of what is said of a run of text, which ends it: of the run before, or of an empty one of its own.
   * A text may have several notes, a thought has one: the next is of a thought that the provider keeps to itself.
   */
  ofNote(kind: "text" | "reasoning"): { readonly place: number; readonly isAlone: boolean } {
    const run = this.#run;
    const isOfRun = run?.kind === kind && (kind === "text" || !run.isClosed);
    const place = isOfRun ? run.place : this.#count++;
    this.#run = { kind, place, isClosed: true };
    return { place, isAlone: !isOfRun };
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

type Block = NonNullable<Delta["blocks"]>[number];

/**
 * The kind of text that a block without a text of its own speaks of: citations (`annotations`) of the text
 * before it, the signature of the thought before it.
 */
export function notedKind(block: Block): "text" | "reasoning" | undefined {
  const { type } = block;
  if (type !== "text" && type !== "reasoning") return undefined;
  const text = block[type];
  return text === undefined || text === "" ? type : undefined;
}

/** Makes the content of chunks, which remember what came before them. */
export interface ContentFactory {
  /** The fields of a delta's chunk. */
  fieldsOf(delta: Delta): ChunkFields;
  /** Takes note of a delta of which no chunk is made: text, reasoning or arguments alone. */
  skip?(delta: Delta): void;
  /** The content is blocks, of text and of all else (v1). */
  readonly hasBlocks: boolean;
  /** A piece may still come alone, as the three below have it. */
  readonly takesPieces: boolean;
  /** The content of a chunk that is a piece of text and nothing else. */
  ofText(text: string): ChunkFields["content"];
  /** The content of a chunk that is a piece of reasoning and nothing else. */
  ofReasoning(reasoning: string): ChunkFields["content"];
  /** The content of a chunk that is a piece of a call's arguments and nothing else. */
  ofArguments(index: number, args: string): ChunkFields["content"];
}

/** Content as a string, the rest beside it: what LangChain calls v0, and most code expects. */
export class StringContent implements ContentFactory {
  readonly hasBlocks = false;
  readonly #places = new BlockPlaces();
  #isString = true;
  /** The thought so far, in case that a signature follows. */
  readonly #thought = new Rope();

  get takesPieces(): boolean {
    return this.#isString;
  }

  ofText(text: string): string {
    return text;
  }

  ofReasoning(reasoning: string): string {
    this.#thought.add(reasoning);
    return "";
  }

  ofArguments(): string {
    return "";
  }

  skip({ reasoning }: Delta): void {
    if (reasoning !== undefined) this.#thought.add(reasoning);
  }

  fieldsOf(delta: Delta): ChunkFields {
    const { text, reasoning, refusal, blocks = [] } = delta;
    this.skip(delta);
    const wasString = this.#isString;
    if (blocks.length > 0) this.#isString = false;
    return {
      content: this.#isString ? text : this.#blocks(text, blocks, wasString),
      additional_kwargs: {
        ...(reasoning !== undefined && { reasoning_content: reasoning }),
        ...(refusal !== undefined && { refusal }),
      },
    };
  }

  /** Once there are blocks, LangChain would make a block of its own of every piece of text. */
  #blocks(text: string, blocks: readonly Block[], wasString: boolean): ContentBlock[] {
    const content: object[] = [];
    if (text !== "") content.push({ type: "text", text, index: this.#places.ofPiece("text") });
    for (const block of blocks)
      content.push(this.#placed(block, wasString && content.length === 0));
    return content as ContentBlock[];
  }

  #placed(block: Block, isFirst: boolean): object {
    const kind = notedKind(block);
    if (kind === "text") return noteOf(block, this.#places.ofNote(kind), isFirst);
    const index = this.#places.ofBlock();
    // Of two blocks with one id and no index, LangChain would make one, with their texts joined.
    if (kind === undefined) return block.id === undefined ? block : { index, ...block };
    // The thoughts are beside the content, joined: a signed one stands here once more, with its signature.
    const reasoning = this.#thought.toString();
    this.#thought.clear();
    return { ...block, reasoning };
  }
}

/** LangChain drops a block of empty text, unless one of its index is there, or none at all. */
function noteOf(
  block: Block,
  { place, isAlone }: ReturnType<BlockPlaces["ofNote"]>,
  isFirst: boolean,
): object {
  const { text, ...rest } = block;
  const isKept = block.type !== "text" || !isAlone || isFirst;
  return isKept ? { ...block, index: place } : { ...rest, index: place };
}

/** Content as blocks (v1), in the order in which they began. */
export class BlockContent implements ContentFactory {
  readonly hasBlocks = true;
  readonly takesPieces = true;
  readonly #places = new BlockPlaces();

  ofText(text: string): ContentBlock[] {
    return text === "" ? [] : [{ type: "text", text, index: this.#places.ofPiece("text") }];
  }

  ofReasoning(reasoning: string): ContentBlock[] {
    if (reasoning === "") return [];
    return [{ type: "reasoning", reasoning, index: this.#places.ofPiece("reasoning") }];
  }

  ofArguments(index: number, args: string): ContentBlock[] {
    return [{ type: "tool_call_chunk", index: this.#places.ofCall(index), args }];
  }

  fieldsOf({ text, reasoning, refusal, blocks = [], toolCalls = [] }: Delta): ChunkFields {
    const places = this.#places;
    const content: object[] = [];
    const add = (type: string, piece: string | undefined): void => {
      if (piece) content.push({ type, [type]: piece, index: places.ofPiece(type) });
    };
    add("reasoning", reasoning);
    add("text", text);
    add("refusal", refusal);
    for (const block of blocks) content.push(this.#placed(block));
    for (const piece of toolCalls) {
      content.push({ ...toolCallChunk(piece), index: places.ofCall(piece.index) });
    }
    return { content: content as ContentBlock[], response_metadata: { output_version: "v1" } };
  }

  #placed(block: Block): object {
    const kind = notedKind(block);
    if (kind === undefined) return { index: this.#places.ofBlock(), ...block };
    return noteOf(block, this.#places.ofNote(kind), false);
  }
}
