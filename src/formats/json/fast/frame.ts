import type { FoundValue } from "./clone-sites.js";
import { FixedText } from "./fixed-text.js";
import type { Hole } from "./hole.js";
import type { Source } from "./source.js";

/** The text of a record with holes: what is fixed, and how to read what is not. */
export class Frame {
  readonly #prefix: FixedText;
  /** The fixed text behind each hole, up to the next one or the end. */
  readonly #suffixes: readonly FixedText[];
  readonly #holes: readonly Hole[];
  /** The index of the value that each hole gives. */
  readonly #indexes: readonly number[];

  /** @param fixed What stands before, between and behind the holes. */
  constructor(fixed: readonly FixedText[], holes: readonly Hole[], indexes: readonly number[]) {
    const [prefix, ...suffixes] = fixed;
    this.#prefix = prefix as FixedText;
    this.#suffixes = suffixes;
    this.#holes = holes;
    this.#indexes = indexes;
  }

  /** The texts before, between and behind the holes. */
  get fixed(): readonly FixedText[] {
    return [this.#prefix, ...this.#suffixes];
  }

  /** Reads what stands in the holes of a text that begins here; gives where it ends, or -1 if it does not fit. */
  read(source: Source, start: number, found: FoundValue[]): number {
    const prefix = this.#prefix;
    if (!prefix.standsIn(source, start)) return -1;
    let at = start + prefix.length;
    const holes = this.#holes;
    const suffixes = this.#suffixes;
    const indexes = this.#indexes;
    for (let index = 0; index < holes.length; index++) {
      const hole = holes[index] as Hole;
      const value = hole.read(source, at);
      if (value === undefined) return -1;
      found[indexes[index] as number] = value;
      const suffix = suffixes[index] as FixedText;
      if (!suffix.standsIn(source, hole.end)) return -1;
      at = hole.end + suffix.length;
    }
    return at;
  }

  /** The frame of the text that was read last, in which some of the holes are fixed. */
  settled(source: Source, start: number, isSettled: readonly boolean[]): Frame {
    const fixed: FixedText[] = [];
    const holes: Hole[] = [];
    const indexes: number[] = [];
    let last = this.#prefix;
    let from = start;
    let end = start + last.length;
    for (const [index, hole] of this.#holes.entries()) {
      const suffix = this.#suffixes[index] as FixedText;
      if (isSettled[index] !== true) {
        fixed.push(end - from === last.length ? last : FixedText.from(source, from, end));
        holes.push(hole);
        indexes.push(index);
        last = suffix;
        from = hole.end;
      }
      end = hole.end + suffix.length;
    }
    fixed.push(end - from === last.length ? last : FixedText.from(source, from, end));
    return new Frame(fixed, holes, indexes);
  }
}
