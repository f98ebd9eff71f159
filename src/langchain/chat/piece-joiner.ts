import type { MessageContent } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import type { Delta } from "../../streaming/delta/delta.js";
import { Rope } from "../../streaming/text/rope.js";
import { joinLogprobs } from "../logprobs.js";
import { isPiece } from "./delta-pieces.js";
import { moreOf, openBlock, pieceKind, type OpenBlock } from "./open-block.js";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";

/** Joins the pieces of plain text and reasoning that follow each other in an answer, and makes one chunk of them. */
export class PieceJoiner {
  readonly #text = new Rope();
  readonly #reasoning = new Rope();
  #logprobs: unknown;
  /** The block of the last piece, to which those of its kind are joined, where the content is blocks (v1). */
  #open: OpenBlock | undefined;

  /** The next pieces may belong to a block. */
  get isInBlock(): boolean {
    return this.#open !== undefined;
  }

  /**
   * Takes a delta, if it is a piece that goes on with what the content has last; gives whether it is.
   *
   * @param content that of the message so far, without the pieces that have been joined since.
   */
  add(delta: Delta, content: MessageContent): boolean {
    if (!isPiece(delta) || (typeof content !== "string" && !this.#isOfOpenBlock(delta)))
      return false;
    this.#text.add(delta.text);
    if (delta.reasoning !== undefined) this.#reasoning.add(delta.reasoning);
    if (delta.logprobs !== undefined) this.#logprobs = joinLogprobs(this.#logprobs, delta.logprobs);
    return true;
  }

  /** The pieces since the last call as one chunk; `undefined` for none. */
  take(): ChatGenerationChunk | undefined {
    const text = this.#text.toString();
    const reasoning = this.#reasoning.toString();
    const logprobs = this.#logprobs;
    if (text === "" && reasoning === "" && logprobs === undefined) return undefined;
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
    this.#forgetPieces();
    return new ChatGenerationChunk({ text, message, generationInfo: {} });
  }

  /** Goes on behind a chunk that was no such piece, and may have begun a block. */
  goOnBehind(delta: Delta, chunk: ChatGenerationChunk): void {
    this.#open = openBlock(delta, chunk);
  }

  /** A block of another kind begins: what comes next is no more of the one before. */
  closeBlock(): void {
    this.#open = undefined;
  }

  /** Forgets all, for an answer that begins anew. */
  clear(): void {
    this.#forgetPieces();
    this.#open = undefined;
  }

  #isOfOpenBlock(delta: Delta): boolean {
    return this.#open !== undefined && this.#open.type === pieceKind(delta);
  }

  #forgetPieces(): void {
    this.#text.clear();
    this.#reasoning.clear();
    this.#logprobs = undefined;
  }
}
