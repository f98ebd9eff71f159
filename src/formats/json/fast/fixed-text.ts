import { utf8Bytes, utf8Text } from "#runtime";
import { Source } from "./source.js";

const WORD_BYTES = 8;

/**
 * A text to find again in bytes. Eight of them are compared at a time, as a number: two of these are the same
 * only if their bytes are, since JSON has no byte 0, of which zeros are made. What is no number is never the same.
 */
export class FixedText {
  readonly #bytes: Uint8Array;
  readonly #words: number[] = [];
  /** The last eight bytes, of which the last word may have some as well. */
  readonly #lastWord: number = 0;

  private constructor({ bytes, view }: Source, start: number, end: number) {
    // A copy: what is called `slice` is none where the bytes are a Buffer.
    this.#bytes = new Uint8Array(bytes.subarray(start, end));
    const last = end - WORD_BYTES;
    for (let at = start; at <= last; at += WORD_BYTES) this.#words.push(view.getFloat64(at, true));
    if (last >= start) this.#lastWord = view.getFloat64(last, true);
  }

  static of(text: string): FixedText {
    const bytes = utf8Bytes(text);
    return new FixedText(new Source(bytes), 0, bytes.length);
  }

  /** What stands there now. */
  static from(source: Source, start: number, end: number): FixedText {
    return new FixedText(source, start, end);
  }

  /** In bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  standsIn({ bytes, view }: Source, start: number): boolean {
    const own = this.#bytes;
    const { length } = own;
    if (length < WORD_BYTES) {
      for (let at = 0; at < length; at++) if (bytes[start + at] !== own[at]) return false;
      return true;
    }
    const last = start + length - WORD_BYTES;
    // Texts that begin alike mostly end in another way.
    if (last + WORD_BYTES > bytes.length || view.getFloat64(last, true) !== this.#lastWord)
      return false;
    const words = this.#words;
    for (let at = 0; at < words.length; at++) {
      if (view.getFloat64(start + at * WORD_BYTES, true) !== words[at]) return false;
    }
    return true;
  }

  toString(): string {
    return utf8Text(this.#bytes);
  }
}
