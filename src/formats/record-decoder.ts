import type { Decoder, RecordEnvelope } from "./format.js";

/** The result of a call that completed no record. Not frozen: V8 iterates over frozen arrays slowly. */
export const NO_RECORDS: readonly never[] = [];

/**
 * Copied for each call that gives records, most of which give one. What an array literal makes, V8 may
 * allocate in the old generation, once it has seen some survive, and an array there keeps its records until
 * that generation is collected.
 */
const ONE: readonly unknown[] = [undefined];

export const BYTE_ORDER_MARK = /* @__PURE__ */ Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * The base of the decoders of this folder: one leading byte order mark is dropped, the
 * records that come before a malformed one are still delivered, and a decoder that failed stays
 * failed. Records must not depend on how the bytes were cut, so a call that meets good records and
 * then a bad one cannot just throw: it returns an iterable that gives the good ones and then throws.
 */
export abstract class RecordDecoder<T> implements Decoder<T> {
  /** The number of records that were emitted: the index of the next one. */
  protected count = 0;
  /** Of the records of the last call, where any has one. */
  envelopes: (RecordEnvelope | undefined)[] | undefined;
  /** The bytes ended inside of a line or a character. */
  isCut = false;
  #records: T[] | undefined;
  #failure: Error | undefined;
  /** Text may begin with a byte order mark; a binary format sets this to `false`. */
  protected mayBeMark = true;
  #markLength = 0;

  /** Reads the next bytes, without the byte order mark, and emits what they complete. */
  protected abstract read(bytes: Uint8Array): void;
  /** Emits what was left when the bytes ended. */
  protected abstract finish(): void;

  decode(bytes: Uint8Array): Iterable<T> {
    if (this.#failure !== undefined) throw this.#failure;
    this.envelopes = undefined;
    try {
      this.read(this.mayBeMark ? this.#withoutMark(bytes) : bytes);
    } catch (error) {
      return this.#fail(error as Error);
    }
    return this.#take();
  }

  flush(): Iterable<T> {
    if (this.#failure !== undefined) throw this.#failure;
    this.envelopes = undefined;
    try {
      if (this.mayBeMark) this.#beginWith(this.#markLength);
      this.finish();
    } catch (error) {
      return this.#fail(error as Error);
    }
    return this.#take();
  }

  emit(record: T): void {
    this.count++;
    if (this.#records === undefined) {
      this.#records = ONE.slice() as T[];
      this.#records[0] = record;
    } else {
      this.#records.push(record);
    }
  }

  /** Emits a record and what stood around it, if anything did. */
  emitIn(envelope: RecordEnvelope | undefined, record: T): void {
    this.emit(record);
    if (envelope === undefined) return;
    // A wire that names one event names them all, nearly: the list is as long as that of the records.
    this.envelopes ??= ONE.slice() as undefined[];
    this.envelopes[(this.#records as T[]).length - 1] = envelope;
  }

  #take(): readonly T[] {
    const records = this.#records;
    if (records === undefined) return NO_RECORDS;
    this.#records = undefined;
    return records;
  }

  #fail(error: Error): Iterable<T> {
    this.#failure = error;
    if (this.#records === undefined) throw error;
    return thenThrow(this.#take(), error);
  }

  /** The mark may be cut anywhere: what looks like its beginning is held until the next byte decides. */
  #withoutMark(bytes: Uint8Array): Uint8Array {
    let at = 0;
    while (at < bytes.length && this.mayBeMark) {
      if (bytes[at] !== BYTE_ORDER_MARK[this.#markLength]) {
        this.#beginWith(this.#markLength - at);
        return bytes;
      }
      at++;
      this.#markLength++;
      this.mayBeMark = this.#markLength < BYTE_ORDER_MARK.length;
    }
    return bytes.subarray(at);
  }

  /** It was no mark: the bytes held from earlier calls are content. */
  #beginWith(heldBytes: number): void {
    this.mayBeMark = false;
    if (heldBytes > 0) this.read(BYTE_ORDER_MARK.subarray(0, heldBytes));
  }
}

/** Gives records, and then fails. */
export function* thenThrow<T>(records: Iterable<T>, error: Error): Generator<T> {
  yield* records;
  throw error;
}
