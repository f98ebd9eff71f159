import type { DecoderLimits, StreamFormat } from "./format.js";
import { LineDecoder, type LineSink } from "./line-decoder.js";
import { RecordDecoder } from "./record-decoder.js";

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
export function lines(): StreamFormat<string> {
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

class LinesDecoder extends RecordDecoder<string> implements LineSink {
  private readonly lines: LineDecoder;

  constructor({ maxRecordBytes }: DecoderLimits) {
    super();
    this.lines = new LineDecoder(this, {
      carriageReturn: "content",
      maxRecordBytes,
    });
  }

  protected read(bytes: Uint8Array): void {
    this.lines.decode(bytes);
  }

  protected finish(): void {
    this.lines.flush();
  }

  readLine(text: string, start: number, end: number): boolean {
    if (start < end) this.emit(text.slice(start, end));
    return true;
  }
}
