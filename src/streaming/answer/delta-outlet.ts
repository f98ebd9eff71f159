import { setOwn } from "../../formats/fields.js";
import type { Delta } from "../delta/delta.js";

const NO_DELTAS: readonly Delta[] = [];

type Facts = Omit<Delta, "text">;
type HeldFacts = { -readonly [Name in keyof Facts]: Facts[Name] };

/**
 * Collects the deltas of an answer until they are taken. Facts that were said before there was any content leave with
 * the first of it: so an answer that fails before it says anything can be asked for again.
 */
export class DeltaOutlet {
  #out: Delta[] | undefined;
  #facts: HeldFacts | undefined;
  /** All metadata among them. */
  #metadata: Record<string, unknown> | undefined;
  #isUsed = false;

  /** Something has gone out. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Keeps facts until there is content. */
  hold(facts: Facts): void {
    this.#facts = Object.assign(this.#facts ?? {}, facts);
    this.#holdMetadata(facts);
  }

  /** Added to what is held: a server may tell very many facts, one by one. */
  #holdMetadata({ metadata }: Facts): void {
    if (metadata === undefined) return;
    const all = (this.#metadata ??= {});
    for (const [name, value] of Object.entries(metadata)) setOwn(all, name, value);
  }

  emit(given: Delta): void {
    this.#isUsed = true;
    const delta = this.#facts === undefined ? given : this.#withFacts(this.#facts, given);
    if (this.#out === undefined) this.#out = [delta];
    else this.#out.push(delta);
  }

  /** The deltas since the last call. */
  take(): readonly Delta[] {
    const out = this.#out;
    this.#out = undefined;
    return out ?? NO_DELTAS;
  }

  /** A delta together with what was said before it. */
  #withFacts(held: Facts, given: Delta): Delta {
    this.#holdMetadata(given);
    const metadata = this.#metadata;
    this.#facts = this.#metadata = undefined;
    return Object.assign({}, held, given, metadata !== undefined && { metadata });
  }
}
