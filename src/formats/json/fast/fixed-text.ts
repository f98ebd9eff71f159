import { LONGEST_COPY } from "./strings.js";

/**
 * A text to find again in others. V8 compares a slice that is no copy in C++, which costs as much as comparing
 * two that are: a text that two copies can hold is compared in two pieces.
 */
export class FixedText {
  readonly length: number;
  readonly #front: string;
  readonly #back: string;
  readonly #lastCode: number;
  readonly #middleCode: number;

  private constructor(own: string) {
    const { length } = own;
    const middle = length <= 2 * LONGEST_COPY ? LONGEST_COPY : length;
    this.length = length;
    this.#front = own.slice(0, middle);
    this.#back = own.slice(middle);
    this.#lastCode = own.charCodeAt(length - 1);
    this.#middleCode = own.charCodeAt(length >> 1);
  }

  static of(text: string): FixedText {
    return new FixedText(narrow(text));
  }

  /** This text, another one and a third one behind it. */
  joined(text: string, behind: FixedText): FixedText {
    return new FixedText([this.toString(), narrow(text), behind.toString()].join(""));
  }

  standsIn(text: string, start: number): boolean {
    const front = this.#front;
    const back = this.#back;
    const middle = start + front.length;
    if (text.slice(start, middle) !== front) return false;
    return back === "" || text.slice(middle, middle + back.length) === back;
  }

  /** Whether it may stand there, by a look at two of its characters: most other texts differ in one of them. */
  mayStandIn(text: string, start: number): boolean {
    const { length } = this;
    if (length === 0) return true;
    return (
      text.charCodeAt(start + length - 1) === this.#lastCode &&
      text.charCodeAt(start + (length >> 1)) === this.#middleCode
    );
  }

  toString(): string {
    return this.#front + this.#back;
  }
}

/**
 * The same text, keeping no other alive, in one byte per character if it fits. What is cut out of a text with
 * a wide character somewhere has two, and is slow to compare with what has one.
 */
function narrow(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
