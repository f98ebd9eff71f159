import type { Hole } from "./hole.js";
import { LONGEST_COPY, ownCopy } from "./strings.js";

/**
 * A text to find again in others. V8 compares a slice that is no copy in C++, which costs as much as comparing
 * two that are: a text that two copies can hold is compared in two pieces.
 */
class FixedText {
  readonly length: number;
  readonly #front: string;
  readonly #back: string;
  readonly #lastCode: number;

  constructor(text: string) {
    const middle = text.length <= 2 * LONGEST_COPY ? LONGEST_COPY : text.length;
    this.length = text.length;
    this.#front = ownCopy(text.slice(0, middle));
    this.#back = text.slice(middle);
    this.#lastCode = text.charCodeAt(text.length - 1);
  }

  standsIn(text: string, start: number): boolean {
    const front = this.#front;
    const back = this.#back;
    const middle = start + front.length;
    if (text.slice(start, middle) !== front) return false;
    return back === "" || text.slice(middle, middle + back.length) === back;
  }

  /** Whether it may stand there, by one look at its last character. */
  mayStandIn(text: string, start: number): boolean {
    const { length } = this;
    return length === 0 || text.charCodeAt(start + length - 1) === this.#lastCode;
  }

  toString(): string {
    return this.#front + this.#back;
  }
}

/** The text of a record with holes: what is fixed, and how to read what is not. */
export class Frame {
  readonly #prefix: FixedText;
  /** The fixed text behind each hole, up to the next one or the end. */
  readonly #suffixes: readonly FixedText[];
  readonly #holes: readonly Hole[];
  /** Which of the values found each hole gives. */
  readonly #indexes: readonly number[];

  /** @param fixed What stands before, between and behind the holes. */
  constructor(fixed: readonly string[], holes: readonly Hole[], indexes: readonly number[]) {
    const [prefix, ...suffixes] = fixed.map((text) => new FixedText(text));
    this.#prefix = prefix as FixedText;
    this.#suffixes = suffixes;
    this.#holes = holes;
    this.#indexes = indexes;
  }

  begins(text: string, start: number): boolean {
    const prefix = this.#prefix;
    return prefix.mayStandIn(text, start) && prefix.standsIn(text, start);
  }

  /** Reads what stands in the holes of a text that begins here; gives where it ends, or -1 if it does not fit. */
  read(text: string, start: number, found: (string | number)[]): number {
    const prefix = this.#prefix;
    // A look at one character tells most other shapes apart.
    if (!prefix.mayStandIn(text, start) || !prefix.standsIn(text, start)) return -1;
    let at = start + prefix.length;
    const holes = this.#holes;
    const suffixes = this.#suffixes;
    const indexes = this.#indexes;
    for (let index = 0; index < holes.length; index++) {
      const hole = holes[index] as Hole;
      const value = hole.read(text, at);
      if (value === undefined) return -1;
      found[indexes[index] as number] = value;
      const suffix = suffixes[index] as FixedText;
      if (index === 0 && !suffix.mayStandIn(text, hole.end)) return -1;
      if (!suffix.standsIn(text, hole.end)) return -1;
      at = hole.end + suffix.length;
    }
    return at;
  }

  /** The frame of the text that was read last, in which some of the holes are fixed. */
  settled(text: string, start: number, isSettled: readonly boolean[]): Frame {
    const fixed: string[] = [];
    const holes: Hole[] = [];
    const indexes: number[] = [];
    let fixedText = this.#prefix.toString();
    let at = start + this.#prefix.length;
    for (const [index, hole] of this.#holes.entries()) {
      const suffix = this.#suffixes[index] as FixedText;
      if (isSettled[index] === true) {
        fixedText += text.slice(at, hole.end) + suffix.toString();
      } else {
        fixed.push(fixedText);
        holes.push(hole);
        indexes.push(index);
        fixedText = suffix.toString();
      }
      at = hole.end + suffix.length;
    }
    return new Frame([...fixed, fixedText], holes, indexes);
  }
}
