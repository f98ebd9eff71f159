import { utf8Text } from "#runtime";
import { checkOptions } from "../errors.js";
import { ByteBuffer } from "./bytes/byte-buffer.js";
import type { StreamFormat } from "./format.js";
import { RecordDecoder } from "./record-decoder.js";
import { endOfWholeCharacters } from "./whole-characters.js";

/**
 * The text of the body as it arrives: one string for each network read, with no framing at all.
 *
 * A character that is cut between two reads is held back until it is whole; the strings joined are
 * the same for every cut, the pieces are not. Invalid UTF-8 becomes U+FFFD. Nothing is kept from
 * one read to the next but such a beginning, so `limits.maxRecordBytes` has nothing to bound.
 *
 * @example
 * ```ts
 * class MyLLM extends HttpStreamingLLM<string> {
 *   format = text();
 *   parseChunk(piece: string) { return piece; }
 * }
 * ```
 */
export function text(): StreamFormat<string>;
export function text(options: object = {}): StreamFormat<string> {
  checkOptions("format", "text", options);
  return {
    name: "text",
    contentTypes: ["text/plain", "text/*"],
    createDecoder: () => new TextFormatDecoder(),
  };
}

class TextFormatDecoder extends RecordDecoder<string> {
  readonly #held = new ByteBuffer();

  protected read(bytes: Uint8Array): void {
    const held = this.#held;
    if (held.length > 0) {
      held.append(bytes, 0, bytes.length);
      const end = endOfWholeCharacters(held.bytes, held.length);
      this.#emitText(held.bytes, end);
      held.dropFirst(end);
    } else {
      const end = endOfWholeCharacters(bytes, bytes.length);
      this.#emitText(bytes, end);
      held.append(bytes, end, bytes.length);
    }
  }

  protected finish(): void {
    this.isCut = this.#held.length > 0;
    this.#emitText(this.#held.bytes, this.#held.length);
    this.#held.clear();
  }

  #emitText(bytes: Uint8Array, end: number): void {
    if (end > 0) this.emit(utf8Text(bytes, 0, end));
  }
}
