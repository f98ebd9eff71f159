import { HookError, RecordTooLargeError } from "../errors.js";
import { ByteBuffer } from "./byte-buffer.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { LineDecoder } from "./line-decoder.js";
import { RecordDecoder } from "./record-decoder.js";

/**
 * The text between separators of your own choice: `"\0"`, `"\n\n"`, `"<|end|>"`.
 *
 * The separator is matched exactly, as UTF-8 and from left to right, and may be cut anywhere.
 * Nothing between two separators gives `""`. What follows the last separator is delivered at the
 * end, unless it is empty. Invalid UTF-8 becomes U+FFFD. `limits.maxRecordBytes` bounds one piece.
 *
 * @param separator What stands between two records; not empty, no lone surrogates.
 * @throws HookError when the separator cannot be used.
 * @throws RecordTooLargeError (while decoding) when a piece is longer than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * format = delimited("\0");
 * ```
 */
export function delimited(separator: string): StreamFormat<string> {
  const bytes = checkedSeparator(separator);
  return {
    name: "delimited",
    contentTypes: ["text/plain", "text/*", "application/octet-stream"],
    createDecoder: (limits) => new DelimitedDecoder(bytes, limits),
  };
}

function checkedSeparator(separator: unknown): Buffer {
  if (typeof separator !== "string" || separator === "") {
    const got = typeof separator === "string" ? "an empty one" : typeof separator;
    throw new HookError(
      "format",
      `delimited() needs a separator, a string of at least one character, and got ${got}. Write delimited("\\n\\n"), for example; for a stream without separators use text().`,
    );
  }
  const bytes = Buffer.from(separator, "utf8");
  if (bytes.toString("utf8") !== separator) {
    throw new HookError(
      "format",
      "delimited() got a separator that has a lone surrogate, half a character, which no UTF-8 stream can hold. Write the whole character.",
    );
  }
  return bytes;
}

/**
 * The line decoder looks for the separator's last byte. What ends there is a record if it ends with
 * the whole separator, else the beginning of one.
 */
class DelimitedDecoder extends RecordDecoder<string> {
  private readonly lines: LineDecoder;
  private readonly record = new ByteBuffer();
  private readonly lastByte: number;

  constructor(
    private readonly separator: Buffer,
    private readonly limits: DecoderLimits,
  ) {
    super();
    this.lastByte = separator[separator.length - 1] as number;
    this.lines = new LineDecoder({
      terminator: this.lastByte,
      carriageReturn: "content",
      maxRecordBytes: limits.maxRecordBytes,
      overheadBytes: separator.length - 1,
    });
  }

  protected read(bytes: Uint8Array): void {
    const { lines, record } = this;
    lines.push(bytes);
    while (lines.next()) {
      record.append(lines.bytes, lines.start, lines.end);
      record.push(this.lastByte);
      this.endRecord();
    }
  }

  protected finish(): void {
    const { lines, record } = this;
    if (lines.finish()) record.append(lines.bytes, lines.start, lines.end);
    this.checkLength(record.length);
    if (record.length > 0) this.emit(record.text());
    record.clear();
  }

  private endRecord(): void {
    const { record, separator } = this;
    const end = record.length - separator.length;
    this.checkLength(end);
    if (end < 0 || separator.compare(record.bytes, end, record.length) !== 0) return;
    record.length = end;
    this.emit(record.text());
    record.clear();
  }

  private checkLength(length: number): void {
    const { maxRecordBytes } = this.limits;
    if (length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
  }
}
