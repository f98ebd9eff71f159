import { RecordTooLargeError } from "../errors.js";
import { ByteBuffer } from "./bytes/byte-buffer.js";
import type { DecoderLimits } from "./format.js";
import { RecordDecoder } from "./record-decoder.js";

/**
 * Cuts binary frames out of a byte stream, each of which says in a prefix of fixed length how long it is.
 *
 * A frame that arrives in one read is read where it stands; one that is cut is put together in memory of our
 * own, in which no more than one frame ever is. A frame that is longer than `limits.maxRecordBytes` is
 * refused as soon as its prefix is there.
 */
export abstract class LengthPrefixedDecoder<T> extends RecordDecoder<T> {
  /** The beginning of a frame that is not complete. */
  readonly #held = new ByteBuffer();
  /** Of the frame that is being read, in bytes; 0 until its prefix is there. */
  #frameLength = 0;

  /** @param prefixLength how many bytes it takes to know a frame's length. */
  constructor(
    private readonly prefixLength: number,
    private readonly limits: DecoderLimits,
  ) {
    super();
    this.mayBeMark = false;
  }

  /** The length of the frame that begins here, prefix included. Asked once for each frame. */
  protected abstract readPrefix(view: DataView, start: number): number;
  /** Reads a whole frame, prefix included, which was the last that {@link readPrefix} was asked for. */
  protected abstract readFrame(bytes: Uint8Array, view: DataView, start: number, end: number): void;
  /** The error for a stream that ends inside a frame, of which this is the beginning. */
  protected abstract cutOff(beginning: Uint8Array): Error;

  /** `true` once the stream is over: what follows is none of it. */
  protected get isOver(): boolean {
    return false;
  }

  protected read(bytes: Uint8Array): void {
    if (this.isOver) return;
    const begin = this.#held.length > 0 ? this.#completeHeld(bytes) : 0;
    const at = bytes.length - begin < this.prefixLength ? begin : this.#readFrames(bytes, begin);
    if (!this.isOver) this.#held.append(bytes, at, bytes.length);
  }

  /** Reads the frames that are whole, and gives where it left off. */
  #readFrames(bytes: Uint8Array, start: number): number {
    const view = viewOf(bytes);
    let at = start;
    while (!this.isOver && bytes.length - at >= this.prefixLength) {
      this.#frameLength = this.#checkedLength(view, at);
      const end = at + this.#frameLength;
      if (end > bytes.length) break;
      this.#frameLength = 0;
      this.readFrame(bytes, view, at, end);
      at = end;
    }
    return at;
  }

  protected finish(): void {
    const { bytes, length } = this.#held;
    if (length > 0) throw this.cutOff(bytes.subarray(0, length));
  }

  /** Goes on with the frame that is held, and gives where the next one begins. */
  #completeHeld(bytes: Uint8Array): number {
    const held = this.#held;
    const { prefixLength } = this;
    let at = 0;
    if (this.#frameLength === 0) {
      at = this.#hold(bytes, at, prefixLength);
      if (held.length < prefixLength) return at;
      this.#frameLength = this.#checkedLength(viewOf(held.bytes), 0);
    }
    at = this.#hold(bytes, at, this.#frameLength);
    if (held.length < this.#frameLength) return at;
    this.#frameLength = 0;
    this.readFrame(held.bytes, viewOf(held.bytes), 0, held.length);
    held.clear();
    return at;
  }

  /** Takes over bytes until `wanted` of them are held, and gives where it left off. */
  #hold(bytes: Uint8Array, start: number, wanted: number): number {
    const end = Math.min(bytes.length, start + wanted - this.#held.length);
    this.#held.append(bytes, start, end);
    return end;
  }

  #checkedLength(view: DataView, start: number): number {
    const length = this.readPrefix(view, start);
    const { maxRecordBytes } = this.limits;
    if (length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
    return length;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
