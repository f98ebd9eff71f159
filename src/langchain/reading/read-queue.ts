/** A promise, and what settles it. A class, because V8 may keep literals among its old objects, as with `TextDelta`. */
class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/**
 * The calls of `next()` that wait, in turn: a reader need not await one before it makes the next. As long as one waits,
 * the reader is held by the signal that may end the wait: nothing else may keep it from being collected.
 */
export class ReadQueue<Output> {
  readonly #reader: object;
  readonly #held: Set<object> | undefined;
  readonly #waiting: Deferred<IteratorResult<Output, void>>[] = [];

  /**
   * @param reader whose calls these are.
   * @param held the readers that the signal holds; see `heldReaders`.
   */
  constructor(reader: object, held: Set<object> | undefined) {
    this.#reader = reader;
    this.#held = held;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Adds a call; gives what it will come to. */
  add(): Promise<IteratorResult<Output, void>> {
    const call = new Deferred<IteratorResult<Output, void>>();
    this.#waiting.push(call);
    this.#held?.add(this.#reader);
    return call.promise;
  }

  /** Answers the call whose turn it is. */
  resolve(result: IteratorResult<Output, void>): void {
    this.#shift()?.resolve(result);
  }

  /** Answers the call whose turn it is with an error. */
  reject(error: unknown): void {
    this.#shift()?.reject(error);
  }

  #shift(): Deferred<IteratorResult<Output, void>> | undefined {
    const call = this.#waiting.shift();
    if (this.isEmpty) this.#held?.delete(this.#reader);
    return call;
  }
}
