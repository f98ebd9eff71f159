import { startTimer } from "../../transport/timers.js";
import { timeoutError, type Deadline } from "../../transport/transport.js";

/** A wait of a call for something beside the network: a hook, or a pause. One at a time, which can be ended early. */
export class InterruptibleWait {
  #reject: ((reason: Error) => void) | undefined;

  /**
   * Waits for a value; what becomes of it after an early end is nobody's business. The deadline keeps the process alive,
   * for the value may never come.
   */
  async settle(value: unknown, deadline: Deadline): Promise<unknown> {
    const settled = this.#interruptible(Promise.resolve(value));
    const onLate = () => {
      this.interrupt(timeoutError(deadline));
    };
    const stop = startTimer(deadline.at - performance.now(), onLate, { keepsAlive: true });
    try {
      return await settled;
    } finally {
      stop();
    }
  }

  /** Pauses, unless the deadline comes first. The pause keeps the process alive, for the call goes on after it. */
  async sleep(ms: number, deadline: Deadline): Promise<void> {
    if (performance.now() + ms > deadline.at) throw timeoutError(deadline);
    let stop: (() => void) | undefined;
    const pause = new Promise<void>((resolve) => {
      stop = startTimer(ms, resolve, { keepsAlive: true });
    });
    try {
      await this.#interruptible(pause);
    } finally {
      stop?.();
    }
  }

  /** Ends the wait that is on, if one is, with an error. */
  interrupt(reason: Error): void {
    this.#reject?.(reason);
  }

  #interruptible<T>(pending: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      pending.then(resolve, reject);
    });
  }
}
