/** A promise, and what settles it. Of a class for the reason that `TextDelta` is. */
class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/**
 * The calls of `next()` that wait, in turn: a reader need not await one before it makes the next. As long as one does,
 * the reader is held by what may end the wait, for nothing else may hold it.
 */
export class ReadQueue<Output> {
  readonly #reader: object;
  readonly #held: Set<object> | undefined;
  readonly #waiting: Deferred<IteratorResult<Output, void>>[] = [];

  /**
   * @param reader whose calls these are.
   * @param held those that are held.
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
