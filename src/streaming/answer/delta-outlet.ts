import { setOwn } from "../../formats/fields.js";
import { TextDelta, type Delta, type DeltaParts } from "../delta/delta.js";
import { ownedText } from "../../formats/owned-text.js";
import { StopSequenceFilter } from "./stop-filter.js";

const NO_DELTAS: readonly Delta[] = [];

/**
 * The way out for the deltas of an answer, which are collected until they are taken. Text passes the stop filter. Facts
 * that were said before there was any content leave with the first of it: so an answer that fails before it says
 * anything can be asked for again.
 */
export class DeltaOutlet {
  readonly #filter: StopSequenceFilter;
  #out: Delta[] | undefined;
  #facts: DeltaParts | undefined;
  /** All metadata among them. */
  #metadata: Record<string, unknown> | undefined;
  /** Something has gone out. */
  isUsed = false;

  /** @param stop the stop sequences to enforce. */
  constructor(stop: readonly string[] = []) {
    this.#filter = new StopSequenceFilter(stop);
  }

  /** A stop sequence was found. */
  get stopped(): boolean {
    return this.#filter.stopped;
  }

  /** The text that is held back because it may become a stop sequence. */
  get heldText(): string {
    return this.#filter.held;
  }

  /** Keeps facts until there is content. */
  hold(facts: DeltaParts): void {
    this.#facts = Object.assign(this.#facts ?? {}, facts);
    this.#holdMetadata(facts);
  }

  /** Added to what is held: a server may tell very many facts, one by one. */
  #holdMetadata({ metadata }: DeltaParts): void {
    if (metadata === undefined) return;
    const all = (this.#metadata ??= {});
    for (const [name, value] of Object.entries(metadata)) setOwn(all, name, value);
  }

  /** Emits a delta as it is. */
  emit(given: Delta): void {
    this.isUsed = true;
    const delta = this.#facts === undefined ? given : this.#withFacts(this.#facts, given);
    if (this.#out === undefined) this.#out = [delta];
    else this.#out.push(delta);
  }

  /** Emits a piece of text, as far as it is no part of a stop sequence. */
  emitText(piece: string): void {
    const text = this.#filter.push(piece);
    if (text !== "") this.emit(new TextDelta(ownedText(text)));
  }

  /** Emits the text that is held back: no more follows that could make a stop sequence of it. */
  emitHeld(): void {
    const text = this.#filter.flush();
    if (text !== "") this.emit(new TextDelta(text));
  }

  /**
   * Emits a delta with more than text. A block that stands behind a piece may belong to it: it leaves after it.
   *
   * @param endsText no more text follows that could make a stop sequence of this piece.
   */
  emitParts(piece: string, parts: DeltaParts, endsText: boolean): void {
    let text = ownedText(this.#filter.push(piece));
    if (endsText) text += this.#filter.flush();
    const { reasoning, refusal, blocks } = parts;
    if (blocks === undefined || (text === "" && (reasoning ?? refusal) === undefined)) {
      this.emit({ text, ...parts });
      return;
    }
    const { blocks: _, toolCalls, ...before } = parts;
    this.emit({ text, ...before });
    this.emit({ text: "", blocks, ...(toolCalls && { toolCalls }) });
  }

  /** The deltas since the last call. */
  take(): readonly Delta[] {
    const out = this.#out;
    this.#out = undefined;
    return out ?? NO_DELTAS;
  }

  /** A delta together with what was said before it. */
  #withFacts(held: DeltaParts, given: Delta): Delta {
    this.#holdMetadata(given);
    const metadata = this.#metadata;
    this.#facts = this.#metadata = undefined;
    return Object.assign({}, held, given, metadata !== undefined && { metadata });
  }
}
