import { asciiText, utf8Text } from "#runtime";
import { ByteBuffer } from "./byte-buffer.js";

/**
 * The smallest number of bytes that become a piece of text. From 1,031,913 bytes on, Node keeps Latin-1 text
 * outside of V8's heap, in memory that is used again; on the heap, each piece would be new memory,
 * whose first use costs more than all decoding (measured: shorter pieces are no gain).
 */
const PIECE_BYTES = 1_040_000;

/** The bytes of the longest character in UTF-8. */
const CHARACTER_BYTES = 4;

/**
 * A {@link ByteBuffer} of which only the text is wanted, once it is whole. Instead of growing on, it
 * turns what it holds of a very long record into a piece of text and begins anew: no such record is
 * copied at every doubling, nor stands twice in memory but while its pieces are joined.
 *
 * `bytes` and `length` are then about the end of the record only, which is never empty: they show
 * whether anything is held, and its last byte.
 */
export class TextBuffer extends ByteBuffer {
  #pieces: string[] = [];
  #pieceBytes = 0;

  /** The number of bytes that are held in all. */
  get byteLength(): number {
    return this.#pieceBytes + this.length;
  }

  override text(): string {
    const end = super.text();
    return this.#pieceBytes === 0 ? end : [...this.#pieces, end].join("");
  }

  override clear(): void {
    super.clear();
    if (this.#pieceBytes === 0) return;
    this.#pieces = [];
    this.#pieceBytes = 0;
  }

  override reserve(more: number): void {
    if (this.length > PIECE_BYTES) this.#cutPiece();
    if (this.length + more > this.bytes.length) super.reserve(more);
  }

  #cutPiece(): void {
    const end = startOfLastCharacter(this.bytes, this.length);
    this.#pieces.push(asciiText(this.bytes, 0, end) ?? utf8Text(this.bytes, 0, end));
    this.#pieceBytes += end;
    this.dropFirst(end);
  }
}

/**
 * Finds the beginning of the last character, of which bytes may be missing. Text that is cut there is the same
 * as decoded at once, also where it is not valid: no character goes on with a byte that begins one,
 * nor has more than four bytes.
 */
function startOfLastCharacter(bytes: Uint8Array, length: number): number {
  for (let i = length - 1; i >= length - CHARACTER_BYTES; i--) {
    const continuesCharacter = ((bytes[i] as number) & 0xc0) === 0x80;
    if (!continuesCharacter) return i;
  }
  return length - 1;
}
