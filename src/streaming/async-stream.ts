import { startExchange } from "../transport/async-exchange.js";
import type { ConnectionOptions } from "../transport/connection.js";
import { timeoutError, type AsyncExchange, type Deadline } from "../transport/exchange.js";
import { DeadlineWatch, startTimer } from "./deadline-watch.js";
import type { Delta } from "./delta.js";
import type { Effect, Effects } from "./effects.js";

/** The asynchronous driver: carries out the effects of one model call on an {@link AsyncExchange}. */
export class AsyncModelStream {
  readonly #connection: ConnectionOptions;
  readonly #effects: Effects<void>;
  #exchange: AsyncExchange | undefined;
  #closeReason: Error | undefined;
  #done = false;
  /** Inside {@link next}, which will resume the call. */
  #running = false;
  /** Watches the waits for the network. */
  readonly #watch = new DeadlineWatch();
  /** Ends a pause or a hook's wait early. */
  #interrupt: ((reason: Error) => void) | undefined;

  constructor(effects: Effects<void>, connection: ConnectionOptions) {
    this.#effects = effects;
    this.#connection = connection;
  }

  /**
   * The next deltas, at least one; `undefined` after the last. One call at a time.
   * Rejects with the error of the call, or with the reason given to {@link close}.
   */
  async next(): Promise<readonly Delta[] | undefined> {
    if (this.#done) return undefined;
    this.#throwIfClosed();
    this.#running = true;
    try {
      return await this.#run();
    } finally {
      this.#running = false;
    }
  }

  async #run(): Promise<readonly Delta[] | undefined> {
    let resume = (): IteratorResult<Effect, void> => this.#effects.next();
    for (;;) {
      const effect = this.#step(resume);
      if (effect === undefined) return undefined;
      if (effect.kind === "emit") {
        this.#throwIfClosed();
        return effect.deltas;
      }
      try {
        const result = await this.#perform(effect);
        this.#watch.met();
        resume = () => this.#effects.next(result);
      } catch (error) {
        this.#watch.met();
        resume = () => this.#effects.throw(error);
      }
    }
  }

  /** Ends the call at once: the request is closed, and a pending or later {@link next} rejects with `reason`. */
  close(reason: Error): void {
    if (this.#done || this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#watch.stop();
    this.#exchange?.close(reason);
    this.#interrupt?.(reason);
    // Between two reads nothing will resume the call: it is told here, so that it gives back what it holds.
    if (!this.#running) this.#effects.return();
  }

  #throwIfClosed(): void {
    if (this.#closeReason === undefined) return;
    this.#effects.return();
    throw this.#closeReason;
  }

  #step(resume: () => IteratorResult<Effect, void>): Effect | undefined {
    try {
      const step = resume();
      if (step.done !== true) return step.value;
    } catch (error) {
      this.#done = true;
      this.#watch.stop();
      this.#exchange?.close(error as Error);
      throw error;
    }
    this.#done = true;
    this.#watch.stop();
    return undefined;
  }

  #perform(effect: Exclude<Effect, { kind: "emit" }>): unknown {
    if (effect.kind === "settle") return this.#settle(effect.value, effect.deadline);
    if (this.#closeReason !== undefined) throw this.#closeReason;
    switch (effect.kind) {
      case "open":
        this.#exchange = startExchange(effect.request, this.#connection);
        return this.#before(effect.deadline, this.#current, this.#current.head());
      case "read":
        return this.#before(effect.deadline, this.#current, this.#current.read());
      case "release":
        this.#current.release();
        return undefined;
      case "abandon":
        this.#current.close(new Error("The rest of the response is not wanted."));
        return undefined;
      case "sleep":
        return this.#sleep(effect.ms, effect.deadline);
    }
  }

  get #current(): AsyncExchange {
    if (this.#exchange === undefined) throw new Error("No request is open.");
    return this.#exchange;
  }

  #before<T>(deadline: Deadline, exchange: AsyncExchange, pending: Promise<T>): Promise<T> {
    this.#watch.expect(deadline, (reason) => {
      exchange.close(reason);
    });
    return pending;
  }

  async #settle(value: unknown, deadline: Deadline): Promise<unknown> {
    const settled = this.#interruptible(Promise.resolve(value));
    // What a hook's own failure would be after the call's end is nobody's business.
    if (this.#closeReason !== undefined) this.#interrupt?.(this.#closeReason);
    const timer = startTimer(deadline, () => this.#interrupt?.(timeoutError(deadline)));
    try {
      return await settled;
    } finally {
      clearTimeout(timer);
    }
  }

  async #sleep(ms: number, deadline: Deadline): Promise<void> {
    if (performance.now() + ms > deadline.at) throw timeoutError(deadline);
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    try {
      await this.#interruptible(pause);
    } finally {
      clearTimeout(timer);
    }
  }

  #interruptible<T>(pending: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#interrupt = reject;
      pending.then(resolve, reject);
    });
  }
}
