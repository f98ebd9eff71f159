/** Above this many bytes waiting for the reader, the source is asked to stop. */
const QUEUE_LIMIT_BYTES = 64 * 1024;

/** What has arrived and was not read yet. One reader. */
export class ByteQueue {
  #buffers: Uint8Array[] = [];
  #bytes = 0;
  #over = false;
  #failure: Error | undefined;
  #reader: Reader | undefined;

  get full(): boolean {
    return this.#bytes > QUEUE_LIMIT_BYTES;
  }

  push(buffer: Uint8Array): void {
    if (this.#over || buffer.byteLength === 0) return;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve([buffer]);
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
    this.#settleReader();
  }

  /** Drops what is queued; every read from now on gives the end or the failure. */
  discard(failure?: Error): void {
    this.#buffers = [];
    this.#bytes = 0;
    this.#over = true;
    this.#failure = failure;
    this.#settleReader();
  }

  read(): Promise<readonly Uint8Array[] | undefined> {
    if (this.#reader !== undefined) {
      return Promise.reject(new TypeError("read() was called before the last read() had settled."));
    }
    if (this.#bytes > 0) {
      const buffers = this.#buffers;
      this.#buffers = [];
      this.#bytes = 0;
      return Promise.resolve(buffers);
    }
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      if (this.#over) this.#settleReader();
    });
  }

  #settleReader(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#failure === undefined) reader?.resolve(undefined);
    else reader?.reject(this.#failure);
  }
}

interface Reader {
  resolve(buffers: readonly Uint8Array[] | undefined): void;
  reject(reason: Error): void;
}
