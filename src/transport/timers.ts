/** The longest delay that `setTimeout` keeps; a longer one would fire at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Options of {@link startTimer}. */
export interface TimerOptions {
  /** The process does not end before the timer fires. Default `false`. */
  readonly keepsAlive?: boolean;
}

/** Starts a timer of any length, in ms; `Infinity` never fires. Gives what stops it. */
export function startTimer(
  ms: number,
  onFired: () => void,
  { keepsAlive = false }: TimerOptions = {},
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = (left: number): void => {
    const delay = Math.min(left, LONGEST_DELAY_MS);
    timer = setTimeout(() => {
      if (left > delay) start(left - delay);
      else onFired();
    }, delay);
    // On the web, in jsdom and in Electron's renderer it is a number, which cannot be unreferenced.
    if (!keepsAlive && typeof timer === "object") timer.unref?.();
  };
  if (ms < Infinity) start(ms);
  return () => {
    clearTimeout(timer);
  };
}

/** Tells whether timers can be unreferenced; undici takes it for granted for those of its own. */
export function canUnreferenceTimers(): boolean {
  const timer: unknown = setTimeout(() => undefined, 0);
  clearTimeout(timer as ReturnType<typeof setTimeout>);
  return typeof timer === "object";
}

/** Calls back when the event loop has looked at its sockets once more. */
export function afterPoll(onPolled: () => void): void {
  // Absent from jsdom. A timer that is set while timers run comes after the sockets, as a rule.
  if (typeof setImmediate === "function") setImmediate(onPolled);
  else setTimeout(onPolled, 1);
}

/** Blocks the thread. */
export function sleepSync(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
