import { utf8Bytes, utf8Text } from "../../../runtime/node.js";
import { Source } from "./source.js";

const WORD_BYTES = 8;

/**
 * A text to find again in bytes. Eight of them are compared at a time, as a number: two of these are the same
 * only if their bytes are, since JSON has no byte 0, of which zeros are made. What is no number is never the same.
 */
export class FixedText {
  /** In bytes. */
  readonly length: number;
  readonly #words: number[] = [];
  /** The last eight bytes, of which the last word may have some as well. */
  readonly #lastWord: number = 0;
  /** Of a text that is shorter than a word. */
  readonly #bytes: number[] = [];

  /** A copy of the text that stands there. */
  constructor(
    readonly text: string,
    { bytes, view }: Source,
    start: number,
    end: number,
  ) {
    this.length = end - start;
    const last = end - WORD_BYTES;
    if (last < start) {
      for (let at = start; at < end; at++) this.#bytes.push(bytes[at] as number);
    } else {
      for (let at = start; at <= last; at += WORD_BYTES)
        this.#words.push(view.getFloat64(at, true));
      this.#lastWord = view.getFloat64(last, true);
    }
  }

  static of(text: string): FixedText {
    const bytes = utf8Bytes(text);
    return new FixedText(text, new Source(bytes), 0, bytes.length);
  }

  static from(source: Source, start: number, end: number): FixedText {
    return new FixedText(utf8Text(source.bytes, start, end), source, start, end);
  }

  standsIn({ bytes, view }: Source, start: number): boolean {
    const { length } = this;
    if (length < WORD_BYTES) {
      const own = this.#bytes;
      for (let at = 0; at < length; at++) if (bytes[start + at] !== own[at]) return false;
      return true;
    }
    const last = start + length - WORD_BYTES;
    // Texts that begin alike mostly end in another way.
    if (last + WORD_BYTES > bytes.length || view.getFloat64(last, true) !== this.#lastWord) {
      return false;
    }
    const words = this.#words;
    for (let at = 0; at < words.length; at++) {
      if (view.getFloat64(start + at * WORD_BYTES, true) !== words[at]) return false;
    }
    return true;
  }
}
