import type { BodyReader } from "./transport.js";

/** Above this many bytes waiting for the reader, the source is asked to stop. */
const QUEUE_LIMIT_BYTES = 64 * 1024;

/** Holds the bytes that have arrived and were not read yet. One reader. */
export class ByteQueue {
  #buffers: Uint8Array[] = [];
  #bytes = 0;
  #over = false;
  #failure: Error | undefined;
  #reader: BodyReader | undefined;

  get full(): boolean {
    return this.#bytes > QUEUE_LIMIT_BYTES;
  }

  /** A reader waits: nothing is queued. */
  get awaited(): boolean {
    return this.#reader !== undefined;
  }

  push(buffer: Uint8Array): void {
    if (this.#over || buffer.byteLength === 0) return;
    const reader = this.#takeReader();
    if (reader !== undefined) {
      reader.onBytes([buffer]);
      return;
    }
    this.#buffers.push(buffer);
    this.#bytes += buffer.byteLength;
  }

  /** No more will come. What is queued can still be read. The first end, or failure, counts. */
  end(failure?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#tellEnd(this.#takeReader());
  }

  /** Drops what is queued; every read from now on gives the end or the failure. */
  discard(failure?: Error): void {
    this.#buffers = [];
    this.#bytes = 0;
    this.#over = true;
    this.#failure = failure;
    this.#tellEnd(this.#takeReader());
  }

  read(reader: BodyReader): void {
    if (this.#reader !== undefined) {
      reader.onFailure(new TypeError("read() was called before the last read() was answered."));
    } else if (this.#bytes > 0) {
      const buffers = this.#buffers;
      this.#buffers = [];
      this.#bytes = 0;
      reader.onBytes(buffers);
    } else if (this.#over) {
      this.#tellEnd(reader);
    } else {
      this.#reader = reader;
    }
  }

  #takeReader(): BodyReader | undefined {
    const reader = this.#reader;
    this.#reader = undefined;
    return reader;
  }

  #tellEnd(reader: BodyReader | undefined): void {
    if (this.#failure === undefined) reader?.onBytes(undefined);
    else reader?.onFailure(this.#failure);
  }
}
