import { isWhiteSpace, MAX_DEPTH } from "../../formats/json/value-scanner.js";

const QUOTE = 0x22;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Finds where a JSON value ends in a text that comes in pieces. Brackets are counted outside of strings and
 * nothing else is understood: whether it is JSON is for `JSON.parse` to say, once, when it is whole. So each
 * character is looked at once.
 */
export class JsonValueScan {
  #first: number | undefined;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #closed = false;
  /** The number of characters outside of strings, but for white space, after the first. */
  #more = 0;

  /** `true` once anything has come but white space. */
  get begun(): boolean {
    return this.#first !== undefined;
  }

  /** `true` once its last bracket or quote has come. */
  get closed(): boolean {
    return this.#closed;
  }

  /** `true` if it is `{}`. */
  get isEmptyObject(): boolean {
    return this.#closed && this.#first === OPENING_BRACE && this.#more === 1;
  }

  /** `true` while it may be, or become, `{}`. */
  get isBare(): boolean {
    if (this.#first === undefined || this.isEmptyObject) return true;
    return this.#first === OPENING_BRACE && this.#more === 0;
  }

  /** `true` if it has no end of its own: a number or literal, or no JSON from its first character. */
  get isLoose(): boolean {
    return this.begun && !this.#isEnclosed;
  }

  get #isEnclosed(): boolean {
    return (
      this.#first === OPENING_BRACE || this.#first === OPENING_BRACKET || this.#first === QUOTE
    );
  }

  /**
   * Reads on. Gives the index behind the value where it ends in this piece, else the length of the piece.
   *
   * @throws RangeError when it is nested too deep.
   */
  read(piece: string): number {
    for (let at = 0; at < piece.length; at++) {
      const code = piece.charCodeAt(at);
      if (this.#inString) {
        this.#readInString(code);
      } else if (!isWhiteSpace(code)) {
        if (this.#first === undefined) this.#first = code;
        else this.#more++;
        if (!this.#isEnclosed) return piece.length;
        this.#readMark(code);
      }
      if (this.#closed) return at + 1;
    }
    return piece.length;
  }

  #readInString(code: number): void {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (code === BACKSLASH) {
      this.#escaped = true;
    } else if (code === QUOTE) {
      this.#inString = false;
      this.#closed = this.#depth === 0;
    }
  }

  #readMark(code: number): void {
    if (code === QUOTE) {
      this.#inString = true;
    } else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
      if (++this.#depth > MAX_DEPTH) throw new RangeError(`more than ${MAX_DEPTH} levels deep`);
    } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
      this.#closed = --this.#depth === 0;
    }
  }
}
