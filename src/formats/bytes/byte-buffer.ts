import { allocateBytes, utf8Bytes, utf8Text } from "#runtime";

/** Up to this many bytes, a loop in JavaScript is cheaper than one call into C++ (measured). */
const FEW_BYTES = 40;

/** A buffer larger than this is given back to the garbage collector once it is empty. */
const KEPT_CAPACITY = 64 * 1024;

const NO_BYTES = /* @__PURE__ */ allocateBytes(0);

/**
 * The bytes of a record that is not complete yet: the only place where a decoder keeps input.
 * The capacity doubles, so a record that comes one byte at a time is copied a constant number of
 * times, and it does not become a string before it is whole; the front of a very long one may, in
 * a `TextBuffer`.
 */
export class ByteBuffer {
  /** The storage; only the first {@link length} bytes mean anything. */
  bytes: Uint8Array = NO_BYTES;
  length = 0;

  push(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  append(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.length + count > this.bytes.length) this.reserve(count);
    const { bytes, length } = this;
    if (count > FEW_BYTES) {
      bytes.set(source.subarray(start, end), length);
    } else {
      for (let i = 0; i < count; i++) bytes[length + i] = source[start + i] as number;
    }
    this.length += count;
  }

  /** Appends what a read gave: pieces of one byte each take no more memory than others. */
  appendAll(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.append(piece, 0, piece.length);
  }

  appendText(text: string): void {
    const bytes = utf8Bytes(text);
    this.append(bytes, 0, bytes.length);
  }

  /** A view of the held bytes, good until the next change. */
  get held(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** The held bytes as text; invalid UTF-8 becomes U+FFFD. */
  text(): string {
    return utf8Text(this.bytes, 0, this.length);
  }

  /** Removes bytes from the front. */
  dropFirst(count: number): void {
    if (count === 0) return;
    if (count === this.length) {
      this.clear();
    } else {
      this.bytes.copyWithin(0, count, this.length);
      this.length -= count;
    }
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_CAPACITY) this.bytes = NO_BYTES;
  }

  /** Makes room for more bytes behind those that are held. */
  reserve(more: number): void {
    const capacity = Math.max(256, this.bytes.length * 2, this.length + more);
    const larger = allocateBytes(capacity);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
