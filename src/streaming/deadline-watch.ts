import { timeoutError, type Deadline } from "../transport/exchange.js";

/** The longest delay that `setTimeout` keeps; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer for a deadline; `undefined` for one that never comes. */
export function startTimer(deadline: Deadline, onPassed: () => void): NodeJS.Timeout | undefined {
  if (deadline.at === Infinity) return undefined;
  const delay = Math.max(0, deadline.at - performance.now());
  return setTimeout(onPassed, Math.min(delay, LONGEST_TIMER_MS));
}

/**
 * Watches one wait after another with one timer. Every read has a deadline of its own, a little later than
 * the one before, and is met long before: a timer for each would cost more than the read. This one stays,
 * and looks when it fires whether the wait that is on by then has time left.
 */
export class DeadlineWatch {
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #deadline: Deadline | undefined;
  #onPassed: (reason: Error) => void = () => undefined;

  /** A wait begins. */
  expect(deadline: Deadline, onPassed: (reason: Error) => void): void {
    this.#deadline = deadline;
    this.#onPassed = onPassed;
    if (deadline.at < this.#timerAt) this.#start(deadline);
  }

  /** The wait is over. */
  met(): void {
    this.#deadline = undefined;
  }

  /** There will be no more waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
    this.#deadline = undefined;
  }

  #start(deadline: Deadline): void {
    clearTimeout(this.#timer);
    this.#timerAt = deadline.at;
    this.#timer = startTimer(deadline, () => {
      this.#look();
    });
    // While somebody waits, a socket keeps the process alive; afterwards nothing should.
    this.#timer?.unref();
  }

  #look(): void {
    this.#timerAt = Infinity;
    const deadline = this.#deadline;
    if (deadline === undefined) return;
    if (performance.now() < deadline.at) this.#start(deadline);
    else this.#onPassed(timeoutError(deadline));
  }
}
