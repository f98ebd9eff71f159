import { collectionRegistry, weakReference } from "#runtime";
import { onAbort } from "./abort-listeners.js";
import type { Answer } from "./answer.js";

/** The parts of an answer that are needed after its reader is gone. They must not lead back to the reader. */
type Watched = Pick<Answer<unknown>, "left" | "signal">;

/** An answer whose reader was dropped without a word, and what lets go of its signal. */
interface Remains {
  readonly answer: Watched;
  readonly stopListening: (() => void) | undefined;
}

/** The driver closes the connection of a dropped reader; here the run ends, and the signal is let go. */
const dropped = /* @__PURE__ */ collectionRegistry<Remains>(
  ({ answer: { left }, stopListening }) => {
    stopListening?.();
    void left?.().catch(() => undefined);
  },
);

/** The readers that each signal holds, as long as it may fire itself. */
const held = /* @__PURE__ */ new WeakMap<AbortSignal, Set<object>>();

/**
 * The readers that a signal holds: those that somebody waits for. What such a reader waits for, a hook that never
 * answers, need not hold it, and once it were collected, whoever waits would never hear of the signal.
 */
export function heldReaders(signal: AbortSignal): Set<object> {
  let readers = held.get(signal);
  if (readers === undefined) held.set(signal, (readers = new Set()));
  return readers;
}

/**
 * Watches for the two ends of an answer that its reader does not say itself: its signal fires, or the reader is
 * dropped in the middle and collected. The signal may live much longer than the reader, and does not keep it, unless it
 * is among {@link heldReaders}.
 *
 * @param abort called when the signal fires, at once if it has.
 * @returns a function that ends the watch.
 */
export function watchReader<Reader extends object>(
  reader: Reader,
  answer: Watched,
  abort: (reader: Reader) => void,
): () => void {
  const { signal } = answer;
  let stopListening: (() => void) | undefined;
  if (signal?.aborted === true) {
    abort(reader);
  } else if (signal !== undefined) {
    stopListening = onAbort(signal, abortListener(weakReference(reader), abort));
  }
  // The reader itself is the token by which it is taken out again.
  dropped.register(reader, { answer, stopListening }, reader);
  return () => {
    stopListening?.();
    dropped.unregister(reader);
  };
}

/** A function of its own: a closure made beside others would hold the reader, which they share. */
function abortListener<Reader extends object>(
  weak: Pick<WeakRef<Reader>, "deref">,
  abort: (reader: Reader) => void,
): () => void {
  return () => {
    const reader = weak.deref();
    if (reader !== undefined) abort(reader);
  };
}
