import { endsInHalf } from "../../formats/whole-characters.js";

/**
 * Enforces stop sequences on text that arrives in pieces. Text that could still become a stop
 * sequence is held back until the next piece decides, so a stop sequence never gets out, however
 * the text is cut. The sequence that is complete first wins, which makes the result independent of
 * the cuts; of two that end together, the longer.
 *
 * Half a character is held back as well, without any stop sequence: servers that cut their text by UTF-16 units
 * send it, and a reader who writes each piece as UTF-8 would have two replacement characters for one emoji.
 */
export class StopSequenceFilter {
  readonly #stops: readonly string[];
  readonly #longest: number;
  /** The text that is held back. */
  held = "";
  /** `true` once a stop sequence was found; all text after it is dropped. */
  stopped = false;

  /** @param stops the stop sequences; empty ones are ignored. */
  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== "");
    this.#longest = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  /** Takes the next piece and gives the text that is safe to show. */
  push(text: string): string {
    if (this.stopped) return "";
    if (this.#longest === 0 && this.held === "" && !endsInHalf(text)) return text;
    const pending = this.held + text;
    const end = this.#findStop(pending);
    if (end !== undefined) {
      this.stopped = true;
      this.held = "";
      return pending.slice(0, end);
    }
    const safe = pending.length - (this.#undecided(pending) || Number(endsInHalf(pending)));
    this.held = pending.slice(safe);
    return pending.slice(0, safe);
  }

  /** Gives what is held back: no more text follows. */
  flush(): string {
    const held = this.held;
    this.held = "";
    return held;
  }

  #findStop(text: string): number | undefined {
    let start = 0;
    let end = Infinity;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at === -1) continue;
      const stopEnd = at + stop.length;
      if (stopEnd < end || (stopEnd === end && at < start)) {
        start = at;
        end = stopEnd;
      }
    }
    return end === Infinity ? undefined : start;
  }

  /** The length of the longest tail of `text` that begins a stop sequence. */
  #undecided(text: string): number {
    for (let length = Math.min(this.#longest - 1, text.length); length > 0; length--) {
      const tail = text.slice(-length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
