import { checkOptions, TruncatedStreamError } from "../errors.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { malformed, parseRecord } from "./json/record.js";
import { isWhiteSpace, JsonValueReader } from "./json/value-scanner.js";
import { RecordDecoder } from "./record-decoder.js";

/**
 * Each element of one JSON array as soon as it has arrived: the format of Gemini's
 * `streamGenerateContent` without `alt=sse`.
 *
 * The body may be compact or pretty-printed, an element any JSON value. Objects and arrays may be
 * nested 512 deep inside one element. `limits.maxRecordBytes` bounds one element. The closing `]`
 * is the end of the answer: only white space may follow it, and a body that ends before it is an error.
 *
 * @typeParam T What an element holds. It is your word: nothing is checked at run time.
 * @throws ChunkParseError (while decoding) when the body is not an array, or an element is not JSON.
 * @throws TruncatedStreamError (while decoding) when the body ends before the closing `]`.
 * @throws RecordTooLargeError (while decoding) when an element is longer than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * format = jsonArray<GenerateContentResponse>();
 * ```
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function jsonArray<T = unknown>(): StreamFormat<T>;
export function jsonArray<T = unknown>(options: object = {}): StreamFormat<T> {
  checkOptions("format", "jsonArray", options);
  return {
    name: "jsonArray",
    contentTypes: ["application/json", "text/json", "text/plain"],
    recognises: (start) => start[0] === 0x5b, // [
    createDecoder: (limits) => new JsonArrayDecoder<T>(limits),
  };
}

type Position = "array" | "firstElement" | "element" | "commaOrEnd" | "nothing";

/** The marks that may come next, each with what it leads to, and what else should stand there: by default an element. */
interface Place {
  readonly marks: Readonly<Partial<Record<string, Position>>>;
  readonly expected?: string;
}

const AN_ARRAY = "one JSON array";

const GRAMMAR: Readonly<Record<Position, Place>> = {
  array: { marks: { "[": "firstElement" }, expected: AN_ARRAY },
  firstElement: { marks: { "]": "nothing" } },
  element: { marks: {} },
  commaOrEnd: {
    marks: { ",": "element", "]": "nothing" },
    expected: '"," or "]" between the elements',
  },
  nothing: { marks: {}, expected: 'nothing after the closing "]"' },
};

class JsonArrayDecoder<T> extends RecordDecoder<T> {
  readonly #value: JsonValueReader;
  #position: Position = "array";
  /** Once something unexpected has begun: what should have stood there. */
  #expected: string | undefined;

  constructor(limits: DecoderLimits) {
    super();
    this.#value = new JsonValueReader("jsonArray", limits.maxRecordBytes);
  }

  /** So that the outcome does not depend on the cuts. */
  readonly judgesRest = true;

  /** The closing bracket has been read. */
  get ended(): boolean {
    return this.#position === "nothing" && this.#expected === undefined;
  }

  protected read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) at = this.#step(bytes, at);
  }

  protected finish(): void {
    if (this.#expected !== undefined) throw this.#unexpected(this.#expected, this.#value.textSoFar);
    if (this.#position === "nothing") return;
    throw new TruncatedStreamError(
      this.#position === "array"
        ? "jsonArray: the body is empty, expected one JSON array."
        : `jsonArray: the body was cut off after ${this.count} whole elements, before the closing "]".`,
    );
  }

  /** Reads one byte between the elements, or as much of an element as there is; gives where to go on. */
  #step(bytes: Uint8Array, at: number): number {
    if (this.#value.isReading) return this.#readValue(bytes, at);
    const byte = bytes[at] as number;
    if (isWhiteSpace(byte)) return at + 1;
    const { marks, expected } = GRAMMAR[this.#position];
    const next = marks[String.fromCharCode(byte)];
    if (next !== undefined) {
      this.#position = next;
      return at + 1;
    }
    // What should not be there is read to its end as well: the error is to show it.
    this.#expected = expected;
    return this.#readValue(bytes, at);
  }

  #readValue(bytes: Uint8Array, at: number): number {
    const index = this.count;
    const next = this.#value.read(bytes, at, bytes.length, index);
    if (next === -1) return bytes.length;
    if (this.#expected !== undefined) throw this.#unexpected(this.#expected, this.#value.text);
    this.#position = "commaOrEnd";
    this.emit(parseRecord(this.#value.text, { format: "jsonArray", index }) as T);
    return next;
  }

  #unexpected(expected: string, text: string): Error {
    const place = { format: "jsonArray", index: this.count };
    const isObject = expected === AN_ARRAY && text.startsWith("{");
    const hint = "The body is a JSON object: use jsonLines() if one stands on each line.";
    return malformed(text, place, `expected ${expected}`, isObject ? { hint } : {});
  }
}
