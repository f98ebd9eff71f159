import { tryUntilWhole } from "./attempts.js";
import type { ModelCall } from "../model-call.js";
import { completeError } from "../call/annotate-error.js";
import { CallState } from "../call/call-state.js";
import { Deadlines } from "../retry/deadlines.js";
import { SideCalls } from "../side/side-calls.js";
import { limit, type Effects } from "../effects.js";

/**
 * One call of a model, from its hooks to its last delta, as a generator of effects: build the request, send it, follow
 * redirects, judge the response, push its bytes through the pipeline, and try again while nobody has seen anything, or
 * go on where the answer broke off. All rules of a call are here and below; the drivers only carry out the effects.
 */
export function* runCall<R>(call: ModelCall<R>): Effects<void> {
  const state = beginCall(call);
  try {
    yield* limit(state.deadlines.total());
    yield* state.admission.enter(state.deadlines.total());
    yield* tryUntilWhole(state);
    // A job whose answer was left at a stop sequence still goes on with it, and is cancelled.
    if (!state.answer.isLeft) state.cancel = undefined;
    state.report.observer?.ended("answered");
  } catch (error) {
    state.report.observer?.ended("failed", error);
    completeError(state, error);
    throw error;
  } finally {
    state.report.observer?.ended("cancelled");
    state.end();
  }
}

/** The state of a call at its beginning. */
export function beginCall<R>(call: ModelCall<R>): CallState<R> {
  const deadlines = new Deadlines(call.settings.timeouts);
  const side = new SideCalls(call, () => deadlines.total());
  return new CallState(call, deadlines, side);
}
