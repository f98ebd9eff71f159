/** The listeners of each signal that has any: the signal itself gets one for all of them. */
const listeners = /* @__PURE__ */ new WeakMap<AbortSignal, SignalListeners>();

/** All that listen to one signal, behind one listener of its own. */
class SignalListeners {
  readonly #signal: AbortSignal;
  readonly #all = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(listener: () => void): void {
    if (this.#all.size === 0) {
      this.#signal.addEventListener("abort", this.#notify, { once: true });
    }
    this.#all.add(listener);
  }

  remove(listener: () => void): void {
    this.#all.delete(listener);
    if (this.#all.size === 0) this.#signal.removeEventListener("abort", this.#notify);
  }

  readonly #notify = (): void => {
    for (const listener of this.#all) listener();
  };
}

/**
 * Listens to a signal that many calls may share. Node takes more than ten listeners of one signal for a leak, and
 * warns; here they are one.
 *
 * @param listener called once when the signal fires. It must not throw.
 * @returns a function that takes the listener away.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let ofSignal = listeners.get(signal);
  if (ofSignal === undefined) listeners.set(signal, (ofSignal = new SignalListeners(signal)));
  ofSignal.add(listener);
  return () => {
    ofSignal.remove(listener);
  };
}
