/**
 * An async generator whose `return()` and `throw()` take effect at once. A native one queues them behind
 * a pending `next()`, so that a reader who leaves would keep the connection until the next token.
 *
 * @param cancel ends what a pending `next()` waits for.
 */
export function cancellable<T>(
  generator: AsyncGenerator<T, void, undefined>,
  cancel: () => void,
): AsyncGenerator<T, void, undefined> {
  return {
    next: () => generator.next(),
    return: (value) => {
      cancel();
      return generator.return(value);
    },
    throw: (error) => {
      cancel();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return(undefined);
    },
  };
}
