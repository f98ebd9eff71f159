/**
 * Finds where a JSON value ends in bytes that may be cut anywhere.
 *
 * Brackets are counted outside of strings and nothing else is understood: whether the text is JSON
 * is for `JSON.parse` to say, once, when it is whole. So each byte is looked at once, and nothing is
 * parsed again when more arrives. A number or literal has no end of its own: it ends before the
 * white space, comma or bracket that follows it.
 */
import { utf8Text } from "#runtime";
import { RecordTooLargeError } from "../../errors.js";
import { ByteBuffer } from "../bytes/byte-buffer.js";
import { malformed } from "./record.js";

/** The deepest nesting of objects and arrays in one value. */
export const MAX_DEPTH = 512;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

export class JsonValueReader {
  /** The text of the value that ended last. */
  text = "";
  readonly #unfinished = new ByteBuffer();
  #depth = 0;
  #inString = false;
  #escaped = false;
  #inScalar = false;

  constructor(
    private readonly format: string,
    private readonly maxBytes: number,
  ) {}

  /** `true` while a value has begun that has not ended. */
  get isReading(): boolean {
    return this.#depth > 0 || this.#inString || this.#inScalar;
  }

  /** The beginning of a value that has not ended. */
  get textSoFar(): string {
    return this.#unfinished.text();
  }

  /**
   * Reads on in a value, or begins one. Gives the index behind it when it ends before `end`, else
   * -1: then all of these bytes belong to it.
   *
   * @param index Which record it is.
   * @throws RecordTooLargeError
   * @throws ChunkParseError when it is nested too deep.
   */
  read(bytes: Uint8Array, start: number, end: number, index: number): number {
    const unfinished = this.#unfinished;
    const { maxBytes } = this;
    const room = maxBytes - unfinished.length;
    const next = this.#scan(bytes, start, end);
    const read = next === -1 ? end : next;
    if (read - start > room) throw new RecordTooLargeError(maxBytes);
    if (this.#depth > MAX_DEPTH) {
      unfinished.append(bytes, start, read);
      const expected = `expected at most ${MAX_DEPTH} levels of nesting`;
      throw malformed(unfinished.text(), { format: this.format, index }, expected);
    }
    if (next !== -1 && unfinished.length === 0) {
      this.text = utf8Text(bytes, start, next);
    } else {
      unfinished.append(bytes, start, read);
      if (next !== -1) this.#takeUnfinished();
    }
    return next;
  }

  #takeUnfinished(): void {
    this.text = this.#unfinished.text();
    this.#unfinished.clear();
  }

  #scan(bytes: Uint8Array, start: number, stop: number): number {
    for (let at = start; at < stop; at++) {
      if (this.#inString) {
        at = this.#skipString(bytes, at, stop);
        if (this.#inString) return -1;
        if (this.#depth === 0) return at + 1;
        continue;
      }
      const byte = bytes[at] as number;
      if (this.#inScalar) {
        if (!endsScalar(byte)) continue;
        this.#inScalar = false;
        return at;
      }
      if (byte === QUOTE) {
        this.#inString = true;
      } else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
        if (++this.#depth > MAX_DEPTH) return at + 1;
      } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
        this.#depth = Math.max(0, this.#depth - 1);
        if (this.#depth === 0) return at + 1;
      } else if (this.#depth === 0) {
        this.#inScalar = true;
      }
    }
    return -1;
  }

  /** Gives the index of the closing quote, or `stop` when the string goes on behind it. */
  #skipString(bytes: Uint8Array, start: number, stop: number): number {
    for (let at = start; at < stop; at++) {
      const byte = bytes[at] as number;
      if (this.#escaped) {
        this.#escaped = false;
      } else if (byte === BACKSLASH) {
        this.#escaped = true;
      } else if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
    }
    return stop;
  }
}

function endsScalar(byte: number): boolean {
  return isWhiteSpace(byte) || byte === COMMA || byte === CLOSING_BRACKET || byte === CLOSING_BRACE;
}

/** The white space that JSON allows between values, by its code, which is its byte. */
export function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
