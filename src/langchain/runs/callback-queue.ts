/**
 * Keeps the callbacks of a synchronous call in order. Handlers are asynchronous and the thread is blocked, so
 * they run when the event loop next does. A token waits as its callback and nothing else, for there may be
 * many by then.
 */
export class CallbackQueue {
  #waiting: (() => Promise<unknown>)[] = [];

  add(callback: () => Promise<unknown>): void {
    const isFirst = this.#waiting.push(callback) === 1;
    if (isFirst) queueMicrotask(() => void this.#run());
  }

  /** Runs those that are there, and those that are added meanwhile. */
  async #run(): Promise<void> {
    for (const callback of this.#waiting) {
      try {
        await callback();
      } catch {
        // LangChain has logged what a handler throws; there is nobody to throw it to.
      }
    }
    this.#waiting = [];
  }
}
