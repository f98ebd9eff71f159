import type { Delta } from "../delta/delta.js";

const NO_DELTAS: readonly Delta[] = [];

type Facts = Omit<Delta, "text">;

/**
 * Collects the deltas of an answer until they are taken. Facts that were said before there was any content leave with
 * the first of it: so an answer that fails before it says anything can be asked for again.
 */
export class DeltaOutlet {
  #out: Delta[] | undefined;
  #facts: Facts | undefined;
  #isUsed = false;

  /** Something has gone out. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Keeps facts until there is content. */
  hold(facts: Facts): void {
    this.#facts = withFacts(this.#facts, facts);
  }

  emit(given: Delta): void {
    this.#isUsed = true;
    const delta = this.#facts === undefined ? given : withFacts(this.#facts, given);
    this.#facts = undefined;
    if (this.#out === undefined) this.#out = [delta];
    else this.#out.push(delta);
  }

  /** The deltas since the last call. */
  take(): readonly Delta[] {
    const out = this.#out;
    this.#out = undefined;
    return out ?? NO_DELTAS;
  }
}

/** A delta together with what was said before it. */
function withFacts<Later extends Facts>(earlier: Facts | undefined, later: Later): Later {
  if (earlier === undefined) return later;
  const metadata = { ...earlier.metadata, ...later.metadata };
  const hasMetadata = Object.keys(metadata).length > 0;
  return Object.assign({}, earlier, later, hasMetadata && { metadata });
}
