/** The permits of a model for calls that may run at a time. Those that wait for one go first whose call came first. */
export class Permits {
  #free: number;
  readonly #waiting: { readonly order: number; readonly take: () => void }[] = [];

  /** @param count the number of permits. */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a permit; gives what releases it, to be called once.
   *
   * @param order calls with a lower number go first.
   */
  acquire(order: number): Promise<() => void> {
    return new Promise((resolve) => {
      const take = () => {
        this.#free--;
        resolve(() => {
          this.#free++;
          this.#goOn();
        });
      };
      const before = this.#waiting.findLastIndex((other) => other.order <= order);
      this.#waiting.splice(before + 1, 0, { order, take });
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#free > 0) this.#waiting.shift()?.take();
  }
}
