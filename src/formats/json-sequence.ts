import { indexOfByte } from "#runtime";
import { checkOptions } from "../errors.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { malformed, parseRecord } from "./json/record.js";
import { isWhiteSpace, JsonValueReader } from "./json/value-scanner.js";
import { RecordDecoder } from "./record-decoder.js";

const RECORD_SEPARATOR = 0x1e;

const UNSEPARATED = "expected a record separator (0x1E) before each text";
const INCOMPLETE =
  "expected a whole JSON value (a number or literal with white space behind it) before the next record separator";

/**
 * One parsed JSON value for each text of a JSON text sequence (RFC 7464): every text is preceded by
 * the control character RS (0x1E) and may be pretty-printed.
 *
 * An object, array or string is delivered as soon as it is complete. A number, `true`, `false` or
 * `null` could be the beginning of a longer one: it needs the white space behind it that the RFC
 * asks for. Repeated RS are ignored. Objects and arrays may be nested 512 deep.
 * `limits.maxRecordBytes` bounds one text.
 *
 * @typeParam T What a text holds. It is your word: nothing is checked at run time.
 * @throws ChunkParseError (while decoding) when a text is malformed, cut off, or not preceded by RS.
 * @throws RecordTooLargeError (while decoding) when a text is longer than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * format = jsonSequence<Token>();
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc7464
 */
export function jsonSequence<T = unknown>(): StreamFormat<T>;
export function jsonSequence<T = unknown>(options: object = {}): StreamFormat<T> {
  checkOptions("format", "jsonSequence", options);
  return {
    name: "jsonSequence",
    contentTypes: ["application/json-seq"],
    recognises: (start) => start[0] === RECORD_SEPARATOR,
    createDecoder: (limits) => new JsonSequenceDecoder<T>(limits),
  };
}

class JsonSequenceDecoder<T> extends RecordDecoder<T> {
  readonly #value: JsonValueReader;
  /** A separator has come, and no value behind it. */
  #isSeparated = false;

  constructor(limits: DecoderLimits) {
    super();
    this.#value = new JsonValueReader("jsonSequence", limits.maxRecordBytes);
  }

  protected read(bytes: Uint8Array): void {
    let at = 0;
    for (;;) {
      const separator = indexOfByte(bytes, RECORD_SEPARATOR, at);
      this.#readText(bytes, at, separator === -1 ? bytes.length : separator);
      if (separator === -1) return;
      this.#endText(false);
      at = separator + 1;
    }
  }

  protected finish(): void {
    this.#endText(true);
  }

  /** Reads bytes between two separators. No separator stands in them, so none can hide in a string. */
  #readText(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (!this.#value.isReading && isWhiteSpace(bytes[at] as number)) {
        at++;
        continue;
      }
      const next = this.#value.read(bytes, at, end, this.count);
      if (next === -1) return;
      this.#endValue();
      at = next;
    }
  }

  #endValue(): void {
    const { text } = this.#value;
    const place = { format: "jsonSequence", index: this.count };
    if (!this.#isSeparated) throw malformed(text, place, UNSEPARATED);
    this.#isSeparated = false;
    this.emit(parseRecord(text, place) as T);
  }

  #endText(unfinished: boolean): void {
    if (this.#value.isReading) {
      const place = { format: "jsonSequence", index: this.count, unfinished };
      const expected = this.#isSeparated ? INCOMPLETE : UNSEPARATED;
      throw malformed(this.#value.textSoFar, place, expected);
    }
    this.#isSeparated = true;
  }
}
