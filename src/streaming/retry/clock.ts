import { startTimer } from "../../transport/timers.js";

/** Tells the time, and what to do later. Tests give one of their own. */
export interface Clock {
  /** In ms, from any beginning; never goes back. */
  now(): number;
  /** Runs a callback later; gives what takes it back. */
  after(ms: number, callback: () => void): () => void;
}

/** That of the machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => startTimer(ms, callback, { keepsAlive: true }),
};
