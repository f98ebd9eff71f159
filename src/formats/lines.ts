import { checkOptions } from "../errors.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { LineDecoder } from "./line-decoder.js";

/**
 * Each line as a string, without its line end: for a line protocol of your own.
 *
 * A line ends at LF or CRLF; a lone CR is text. Empty lines are keep-alives and give nothing; where
 * they are content, use {@link text} or {@link delimited}. A last line without its line end is
 * delivered. Invalid UTF-8 becomes U+FFFD. `limits.maxRecordBytes` bounds one line.
 *
 * @throws RecordTooLargeError (while decoding) when a line is longer than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * class MyLLM extends HttpStreamingLLM<string> {
 *   format = lines();
 *   parseChunk(line: string) { return line.startsWith("token ") ? line.slice(6) : null; }
 * }
 * ```
 */
export function lines(): StreamFormat<string>;
export function lines(options: object = {}): StreamFormat<string> {
  checkOptions("format", "lines", options);
  return {
    name: "lines",
    contentTypes: [
      "text/plain",
      "text/*",
      "application/x-ndjson",
      "application/jsonl",
      "application/json",
      "application/octet-stream",
    ],
    createDecoder: (limits) => new LinesDecoder(limits),
  };
}

class LinesDecoder extends LineDecoder<string> {
  constructor({ maxRecordBytes }: DecoderLimits) {
    super({ carriageReturn: "content", maxRecordBytes });
  }

  readLine(text: string, start: number, end: number): void {
    if (start < end) this.emit(text.slice(start, end));
  }
}
