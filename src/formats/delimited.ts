import { indexOfBytes, utf8Bytes, utf8Text } from "#runtime";
import { HookError, RecordTooLargeError } from "../errors.js";
import { ByteBuffer } from "./bytes/byte-buffer.js";
import type { DecoderLimits, StreamFormat } from "./format.js";
import { RecordDecoder } from "./record-decoder.js";
import { endsInCharacter } from "./whole-characters.js";

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

function checkedSeparator(separator: unknown): Uint8Array {
  if (typeof separator !== "string" || separator === "") {
    const got = typeof separator === "string" ? "an empty one" : typeof separator;
    throw new HookError(
      "format",
      `delimited() needs a separator, a string of at least one character, and got ${got}. Write delimited("\\n\\n"), for example; for a stream without separators use text().`,
    );
  }
  const bytes = utf8Bytes(separator);
  if (utf8Text(bytes) !== separator) {
    throw new HookError(
      "format",
      "delimited() got a separator that has a lone surrogate, half a character, which no UTF-8 stream can hold. Write the whole character.",
    );
  }
  return bytes;
}

class DelimitedDecoder extends RecordDecoder<string> {
  readonly #unfinished = new ByteBuffer();

  constructor(
    private readonly separator: Uint8Array,
    private readonly limits: DecoderLimits,
  ) {
    super();
  }

  protected read(bytes: Uint8Array): void {
    const unfinished = this.#unfinished;
    const { separator } = this;
    // A separator may have begun in what has been searched before, but for its last byte.
    const searched = Math.max(0, unfinished.length - separator.length + 1);
    unfinished.append(bytes, 0, bytes.length);
    const held = unfinished.bytes.subarray(0, unfinished.length);
    let start = 0;
    let end = indexOfBytes(held, separator, searched);
    while (end !== -1) {
      this.#checkLength(end - start);
      this.emit(utf8Text(held, start, end));
      start = end + separator.length;
      end = indexOfBytes(held, separator, start);
    }
    unfinished.dropFirst(start);
    this.#checkLength(unfinished.length - separator.length + 1);
  }

  protected finish(): void {
    const unfinished = this.#unfinished;
    this.#checkLength(unfinished.length);
    if (unfinished.length === 0) return;
    const record = unfinished.text();
    this.isCut = endsInCharacter(unfinished);
    unfinished.clear();
    this.emit(record);
  }

  #checkLength(length: number): void {
    const { maxRecordBytes } = this.limits;
    if (length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
  }
}
