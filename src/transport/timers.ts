/** As `setTimeout` gives it: a number on the web, an object on Node. */
export type Timer = ReturnType<typeof setTimeout>;

/** The longest delay that `setTimeout` keeps; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that does not keep the process alive; `undefined` where it would have to be longer than they can be. */
export function startTimer(ms: number, onFired: () => void): Timer | undefined {
  if (ms > LONGEST_TIMER_MS) return undefined;
  const timer = setTimeout(onFired, ms);
  // On the web, in jsdom and in Electron's renderer it is a number, which cannot be unreferenced.
  if (typeof timer === "object") timer.unref?.();
  return timer;
}

/** Whether timers can be unreferenced; undici takes it for granted for those of its own. */
export function canUnreferenceTimers(): boolean {
  const timer: unknown = setTimeout(() => undefined, 0);
  clearTimeout(timer as Timer);
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
