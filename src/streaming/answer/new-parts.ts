import { HookError } from "../../errors.js";
import { textOf } from "../delta/delta-fields.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { RepeatedPart } from "./continuation.js";
import type { CumulativeCalls } from "./cumulative-calls.js";
import { CumulativeParts } from "./cumulative-parts.js";

/**
 * Finds what is new in the deltas of an answer, where they say again what has been said: each record holds all of the
 * answer so far (`cumulative`), or what goes on with an answer that broke off repeats a part of it (`repeats`).
 */
export class NewParts {
  readonly #newCalls: () => CumulativeCalls | undefined;
  /** The parts so far, where each record holds all of them. */
  #cumulative: CumulativeParts | undefined;
  /** What is still to be repeated. */
  #repeated: RepeatedPart | undefined;
  /** Text has come that was only a piece. */
  #hasPieces = false;
  /** Any text has come. */
  hasText = false;

  /** @param newCalls begins to read tool calls of which each record holds all; a text model has none. */
  constructor(newCalls: () => CumulativeCalls | undefined) {
    this.#newCalls = newCalls;
  }

  /** Less has been repeated than was to be. */
  get isBroken(): boolean {
    return this.#repeated?.isBroken === true;
  }

  /**
   * Goes on with an answer that broke off.
   *
   * @param repeated the part that is said again.
   * @param isSameStream what grew with each record grows on, and does not begin again.
   */
  goOn(repeated: RepeatedPart, isSameStream: boolean): void {
    this.#repeated = repeated.isOver ? undefined : repeated;
    if (isSameStream && repeated.isOver) return;
    this.#cumulative = undefined;
    this.#hasPieces = false;
  }

  /** What is new in a piece of text. Nearly always all of it is. */
  ofText(piece: string, hook: string): string {
    this.#notePiece(hook);
    return this.#repeated === undefined ? piece : this.#withoutRepeated(this.#repeated, piece);
  }

  /**
   * A delta whose parts are pieces.
   *
   * @param index the record's place in the stream, from 0.
   */
  ofGrowing(delta: StreamDelta, index: number, hook: string): StreamDelta {
    const hasText = textOf(delta.text) !== "";
    if (delta.cumulative !== true) {
      if (hasText) this.#notePiece(hook);
      return delta;
    }
    if (hasText) this.hasText = true;
    if (hasText && this.#hasPieces) throw mixture(hook);
    this.#cumulative ??= new CumulativeParts(this.#newCalls());
    return this.#cumulative.newsOf(delta, index);
  }

  /** A delta of pieces without what comes again in it: the same object, where nothing does. */
  ofPieces(delta: StreamDelta): StreamDelta {
    const repeated = this.#repeated;
    if (repeated === undefined) return delta;
    const piece = textOf(delta.text);
    const text = this.#withoutRepeated(repeated, piece);
    const reasoning = repeated.newReasoning(textOf(delta.reasoning));
    const isRepeated = text === "" && (piece !== "" || !repeated.isTextOver);
    return { ...delta, text, reasoning, ...(isRepeated && { logprobs: undefined }) };
  }

  /** What was held back of parts that grow, at the end of the answer; `undefined`: none of them do. */
  rest(): StreamDelta | undefined {
    return this.#cumulative?.rest();
  }

  #notePiece(hook: string): void {
    if (this.#cumulative?.hasText === true) throw mixture(hook);
    this.#hasPieces = true;
    this.hasText = true;
  }

  #withoutRepeated(repeated: RepeatedPart, piece: string): string {
    const text = repeated.newText(piece);
    if (repeated.isOver) this.#repeated = undefined;
    return text;
  }
}

function mixture(hook: string): HookError {
  return new HookError(
    hook,
    `${hook} returned some text with "cumulative: true" and some without. Say it of every text of an answer, or of none.`,
  );
}
