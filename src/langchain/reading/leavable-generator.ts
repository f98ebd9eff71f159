/** The end of every iterator. */
export const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** An async generator written by hand, with one way to leave it: by `return()`, `throw()`, or `await using`. */
export abstract class LeavableGenerator<Output> implements AsyncGenerator<Output, void, undefined> {
  abstract next(): Promise<IteratorResult<Output, void>>;

  /** The reader leaves; settles when all has been closed that the reading held open. */
  protected abstract leave(): Promise<void>;

  /** Leaves. */
  async return(): Promise<IteratorResult<Output, void>> {
    await this.leave();
    return DONE;
  }

  /** Leaves like {@link return}, and rejects with `error`. */
  async throw(error: unknown): Promise<IteratorResult<Output, void>> {
    await this.leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}
