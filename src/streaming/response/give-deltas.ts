import type { CallState } from "../call/call-state.js";
import type { Delta } from "../delta/delta.js";
import { emit, type Effects } from "../effects.js";

/** Gives deltas to the reader, and notes that it has a part of the answer. */
export function* give<R>(state: CallState<R>, deltas: readonly Delta[]): Effects<void> {
  if (deltas.length === 0) return;
  state.delivered = true;
  yield* emit(deltas);
}

/** Gives the last deltas of a response: unless it failed, with what there is to say of the call. */
export function* giveLast<R>(
  state: CallState<R>,
  { failure }: { readonly failure: Error | undefined },
  deltas: readonly Delta[],
): Effects<void> {
  yield* give(state, failure === undefined ? state.report.closing(deltas) : deltas);
}
