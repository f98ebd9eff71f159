interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it on, or moves on a little whenever somebody looks at it. */
export class VirtualClock {
  #now = 0;
  readonly #tickMs: number;
  #timers: Timer[] = [];

  constructor(tickMs = 0) {
    this.#tickMs = tickMs;
  }

  now(): number {
    return (this.#now += this.#tickMs);
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** For a program that runs on this clock. */
  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Moves on by so many ms, timer by timer; what each sets off happens before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    while (await this.#fireNext(until));
    this.#now = until;
  }

  /** Moves on until no timer is left. */
  async runAll(): Promise<void> {
    await settled();
    while (await this.#fireNext(Infinity));
  }

  async #fireNext(until: number): Promise<boolean> {
    const next = this.#timers.reduce<Timer | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
    if (next === undefined || next.at > until) return false;
    this.#timers = this.#timers.filter((other) => other !== next);
    this.#now = Math.max(this.#now, next.at);
    next.callback();
    await settled();
    return true;
  }
}

/** All that was set off by what has happened so far, timers and I/O apart. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
