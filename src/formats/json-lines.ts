import { fastReaders } from "#runtime";
import { checkOptions } from "../errors.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { parseRecord } from "./json/record.js";
import { LineDecoder } from "./line-decoder.js";
import type { PredictingParser } from "./json/fast/predicting-parser.js";
import { JSON_OPTIONS, predictorOf, type JsonFormatOptions } from "./json/json-parser.js";

/** The media types under which JSON Lines are sent, those that say so first. */
export const JSON_LINES_TYPES: readonly string[] = [
  "application/x-ndjson",
  "application/ndjson",
  "application/jsonl",
  "application/x-jsonlines",
  "application/jsonlines",
  "application/json-lines",
  "application/stream+json",
  "application/x-json-stream",
];

/**
 * One parsed JSON value for each line: the format of Ollama and of most hand-written servers, also
 * called NDJSON.
 *
 * A line ends at LF or CRLF; a lone CR is JSON white space. Every JSON value is a record, `null`
 * and numbers included. Blank lines are keep-alives and give nothing. A last line without its line
 * end is delivered. Invalid UTF-8 becomes U+FFFD. `limits.maxRecordBytes` bounds one line.
 *
 * @typeParam T What a line holds. It is your word: nothing is checked at run time.
 * @throws ChunkParseError (while decoding) when a line is not JSON, or was cut off; `record` is its text.
 * @throws RecordTooLargeError (while decoding) when a line is longer than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * class MyLLM extends HttpStreamingLLM<Line> {
 *   format = jsonLines<Line>();
 *   parseChunk(line: Line) { return { text: line.response, done: line.done }; }
 * }
 * ```
 * @see https://jsonlines.org
 */
export function jsonLines<T = unknown>(options: JsonFormatOptions = {}): StreamFormat<T> {
  checkOptions("format", "jsonLines", options, JSON_OPTIONS);
  const predictor = predictorOf(options);
  return {
    name: "jsonLines",
    contentTypes: [
      ...JSON_LINES_TYPES,
      "application/json",
      "text/plain",
      "application/octet-stream",
    ],
    recognises: (start) => start[0] === 0x7b, // {
    createDecoder: (limits) => new JsonLinesDecoder<T>(limits, predictor),
  };
}

class JsonLinesDecoder<T> extends LineDecoder<T> {
  /** The stream has ended, and the last line has no line end. */
  #isCutOff = false;

  constructor(
    { maxRecordBytes }: DecoderLimits,
    private readonly predictor: PredictingParser | undefined,
  ) {
    super({ carriageReturn: "content", maxRecordBytes });
    if (predictor !== undefined) this.reader = fastReaders?.lines(this, predictor);
  }

  protected override finish(): void {
    this.#isCutOff = true;
    super.finish();
  }

  readLine(text: string, start: number, end: number): void {
    if (start === end) return;
    const place = { format: "jsonLines", index: this.count, unfinished: this.#isCutOff };
    const { predictor, isNew } = this;
    this.isNew = false;
    const record = parseRecord(text.slice(start, end), place, predictor, isNew);
    if (record !== undefined) this.emit(record as T);
  }
}
