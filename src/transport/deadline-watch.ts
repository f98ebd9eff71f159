/**
 * Watches one wait after another with one timer. Every read has a deadline of its own, a little later than
 * the one before, and is met long before: a timer for each would cost more than the read. This one stays,
 * and looks when it fires whether the wait that is on by then has time left.
 *
 * A thread that is busy hears nothing, and must not take that for a silent server: timers run before the
 * sockets are looked at. So the time is measured in slices. A slice that ends late tells for how long the
 * thread was blocked, which does not count: the deadline is put off by as much. And when the time is up, the
 * sockets are looked at once more before the wait is given up.
 */
import { timeoutError, type Deadline } from "./transport.js";
import { afterPoll, startTimer } from "./timers.js";

/**
 * A wait is measured in so many slices, of at most a second: a blocked thread that is not noticed costs less than one.
 */
const SLICES = 8;
const LONGEST_SLICE_MS = 1000;

/** Timers are late by this much on a thread that is not blocked. */
const LATENESS_MS = 10;

export class DeadlineWatch {
  #stopTimer: (() => void) | undefined;
  /** The time at which the timer is to fire. */
  #timerAt = Infinity;
  #deadline: Deadline | undefined;
  #onPassed: ((reason: Error) => void) | undefined;
  readonly #onUnattended: (() => void) | undefined;

  /** @param onUnattended called when a while has passed and nobody waits. */
  constructor(onUnattended?: () => void) {
    this.#onUnattended = onUnattended;
  }

  /** A wait begins. */
  expect(deadline: Deadline, onPassed: (reason: Error) => void): void {
    this.#deadline = deadline;
    this.#onPassed = onPassed;
    if (this.#stopTimer === undefined || deadline.at < this.#timerAt) {
      this.#start(deadline, performance.now());
    }
  }

  /** The wait is over. */
  met(): void {
    this.#deadline = undefined;
  }

  /** There will be no more waits. */
  stop(): void {
    this.#clear();
    this.#deadline = undefined;
    this.#onPassed = undefined;
  }

  #start(deadline: Deadline, now: number): void {
    this.#clear();
    const ms = Math.max(0, Math.min(deadline.at - now, sliceOf(deadline)));
    this.#timerAt = now + ms;
    this.#stopTimer = startTimer(ms, this.#onSlice);
  }

  #clear(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#timerAt = Infinity;
  }

  readonly #onSlice = (): void => {
    const now = performance.now();
    const lateMs = now - this.#timerAt;
    const blocked = lateMs > LATENESS_MS;
    this.#clear();
    const deadline = this.#deadline;
    if (deadline === undefined) {
      this.#onUnattended?.();
      return;
    }
    // The call as a whole is to take no longer, whatever the reason.
    if (blocked && deadline.phase !== "total") deadline.at += lateMs;
    if (now < deadline.at) this.#start(deadline, now);
    // What has come may need some turns of the event loop more: to be decrypted, or inflated.
    else if (blocked) startTimer(sliceOf(deadline), this.#onLastLook);
    else afterPoll(this.#onLastLook);
  };

  readonly #onLastLook = (): void => {
    // Another wait is on by now.
    if (this.#stopTimer !== undefined) return;
    const deadline = this.#deadline;
    if (deadline === undefined) this.#onUnattended?.();
    else this.#onPassed?.(timeoutError(deadline));
  };
}

function sliceOf({ timeoutMs }: Deadline): number {
  return Math.min(timeoutMs / SLICES, LONGEST_SLICE_MS);
}
