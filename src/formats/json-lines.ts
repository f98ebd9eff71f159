import type { DecoderLimits, StreamFormat } from "./format.js";
import { parseRecord } from "./json/record.js";
import { LineDecoder } from "./line-decoder.js";
import { copyOf, type PredictingParser } from "./json/fast/predicting-parser.js";
import { Source } from "./json/fast/source.js";
import { predictorOf, type JsonFormatOptions } from "./json/json-parser.js";

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
  const predictor = predictorOf(options);
  return {
    name: "jsonLines",
    contentTypes: [
      ...JSON_LINES_TYPES,
      "application/json",
      "text/plain",
      "application/octet-stream",
    ],
    createDecoder: (limits) => new JsonLinesDecoder<T>(limits, predictor),
  };
}

const LF = 0x0a;
const CR = 0x0d;

class JsonLinesDecoder<T> extends LineDecoder<T> {
  /** The stream has ended, and the last line has no line end. */
  private isCutOff = false;
  /** What is being read. */
  private source: Source | undefined;
  /** The next record has been compared with all that are known. */
  private isNew = false;

  constructor(
    { maxRecordBytes }: DecoderLimits,
    private readonly predictor: PredictingParser | undefined,
  ) {
    super({ carriageReturn: "content", maxRecordBytes, inRuns: predictor === undefined });
  }

  protected override read(bytes: Uint8Array): void {
    const { predictor } = this;
    if (predictor === undefined) {
      super.read(bytes);
      return;
    }
    const isWhole = bytes[bytes.length - 1] === LF && this.isBetweenLines;
    const copy = isWhole ? copyOf(bytes) : undefined;
    const start = copy === undefined ? 0 : this.readKnown(predictor, copy, 0);
    if (start < bytes.length) super.read(start === 0 ? bytes : bytes.subarray(start));
    this.source = undefined;
    this.isNew = false;
  }

  protected override readSteps(bytes: Uint8Array, start: number): number {
    const { predictor, source } = this;
    if (predictor === undefined) return start;
    const from = source?.bytes === bytes ? source : (this.source = new Source(bytes));
    return this.readKnown(predictor, from, start);
  }

  /** Reads lines as long as they are known; gives where the next one begins. */
  private readKnown(predictor: PredictingParser, source: Source, start: number): number {
    const { bytes } = source;
    let at = start;
    for (;;) {
      const record = predictor.read(source, at);
      this.isNew = record === undefined;
      if (record === undefined) return at;
      const { end } = predictor;
      const next = bytes[end] === CR ? end + 1 : end;
      if (bytes[next] !== LF) return at;
      this.checkLength(end - at);
      this.emit(record as T);
      at = next + 1;
    }
  }

  protected override finish(): void {
    this.isCutOff = true;
    super.finish();
  }

  protected readLine(text: string, start: number, end: number): void {
    if (start === end) return;
    const place = { format: "jsonLines", index: this.count, unfinished: this.isCutOff };
    const { isNew } = this;
    this.isNew = false;
    const record = parseRecord(text.slice(start, end), place, this.predictor, isNew);
    if (record !== undefined) this.emit(record as T);
  }
}
