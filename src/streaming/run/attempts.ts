import { HookError, HttpStreamingError } from "../../errors.js";
import { DifferentContinuation, type PlannedRest } from "../answer/continuation.js";
import { callHook, isPromise } from "../hooks/hook-call.js";
import { annotateError } from "../call/annotate-error.js";
import { planRest } from "../call/plan-rest.js";
import { isOfSideRequest, isUnauthorised } from "../retry/side-error.js";
import { give } from "../response/give-deltas.js";
import { shown } from "../text/shown.js";
import { tryOnce } from "./attempt.js";
import type { CallState } from "../call/call-state.js";
import { abandon, settle, type Effects } from "../effects.js";

/** Sends requests until one of them has given the answer, or the rest of it, or no more may be sent. */
export function* tryUntilWhole<R>(state: CallState<R>): Effects<void> {
  const { deadlines, admission } = state;
  let error: HttpStreamingError | undefined;
  let rest: Rest | undefined;
  for (let attempt = 0; ; attempt++) {
    let pause: number;
    const sent = state.lastRequest && { ...state.lastRequest.headers };
    try {
      yield* tryOnce(state, rest, { attempt, error, sent });
      admission.answered();
      state.report.observer?.attemptEnded();
      return;
    } catch (thrown) {
      // Its connection is not kept for the pause, and a call that was ended by its hooks goes no further.
      yield* abandon();
      const failure = thrown instanceof DifferentContinuation && rest ? rest.brokenBy : thrown;
      annotateError(state, failure);
      state.report.observer?.attemptEnded(failure);
      const wasLast = admission.failed(failure, isOfSideRequest(failure)) || thrown !== failure;
      const failed = { attempt, before: error, wasLast };
      const next = yield* nextAttempt(state, failure, failed);
      if (next === undefined) {
        yield* giveHeld(state);
        throw failure;
      }
      error = next.error;
      rest = next.rest && { ...next.rest, brokenBy: rest?.brokenBy ?? error };
      pause = next.pauseMs;
      yield* tellOfFailure(state, error, rest, pause);
    }
    yield* admission.pause(pause, deadlines.total());
  }
}

/** The part of an answer that is still to come, how it is asked for, and the error that made it necessary. */
interface Rest extends PlannedRest {
  readonly brokenBy: HttpStreamingError;
}

function* tellOfFailure<R>(
  state: CallState<R>,
  error: HttpStreamingError,
  rest: Rest | undefined,
  pauseMs: number,
): Effects<void> {
  const { call, deadlines, report } = state;
  // Its `this` is nothing: a method of the call would show it all that the call holds.
  const { onFailedAttempt } = call;
  if (rest === undefined) {
    state.startOver();
    report.retried(error, pauseMs);
  } else {
    state.goOn(rest);
    report.continued(error);
  }
  const told = onFailedAttempt?.(error);
  if (isPromise(told)) yield* settle("onFailedAttempt", told, deadlines.total());
}

/** Gives the text that may have become a stop sequence: it came before the failure, and no more follows. */
function* giveHeld<R>(state: CallState<R>): Effects<void> {
  state.answer.emitHeld();
  yield* give(state, state.answer.takeDeltas());
}

/** The attempt that comes after a failed one. */
interface NextAttempt {
  /** Why there is another. */
  readonly error: HttpStreamingError;
  /** To be waited for before it, in ms. */
  readonly pauseMs: number;
  /** Present where it asks for the rest of the answer, and not for all of it. */
  readonly rest?: PlannedRest | undefined;
}

/** The number of the attempt, and the error of the one before. */
interface Failed {
  readonly attempt: number;
  readonly before: HttpStreamingError | undefined;
  /** No more attempts are allowed. */
  readonly wasLast: boolean;
}

/**
 * Decides how the call goes on after a failure: from the start while nobody has seen a token, or with the rest of the
 * answer where the model says how; `undefined`: not at all.
 */
function* nextAttempt<R>(
  state: CallState<R>,
  error: unknown,
  failed: Failed,
): Effects<NextAttempt | undefined> {
  if (!HttpStreamingError.isInstance(error)) return undefined;
  // Asked after the last attempt, too: the error says whether the caller may try again.
  if (!mayRetry(state, error, failed)) return undefined;
  // A request with fresh credentials repeats nothing: it is sent where no retries are left, too.
  if (failed.wasLast && !mayRefresh(error, failed)) return undefined;
  const rest = state.delivered ? yield* planRest(state, error) : undefined;
  if (rest === undefined && state.delivered && state.call.restart === undefined) return undefined;
  // A fresh token has nothing to wait for.
  const pauseMs =
    isUnauthorised(error) && error.retryAfterMs === undefined ? 0 : state.admission.pauseMs(error);
  // The failure says more than a timeout would.
  const isTooLate = performance.now() + pauseMs > state.deadlines.total().at;
  return isTooLate ? undefined : { error, pauseMs, rest };
}

function mayRetry<R>(state: CallState<R>, error: HttpStreamingError, failed: Failed): boolean {
  const { call } = state;
  state.decision = undefined;
  state.decision = asDecision(
    callHook("shouldRetry", () => call.shouldRetry?.(error, failed.attempt)),
  );
  if (state.decision !== undefined) return state.decision;
  return mayRefresh(error, failed) || state.mayPass(error);
}

/** tryOnce gives up where the request would be the same, and this where a fresh one is refused, too. */
function mayRefresh(error: HttpStreamingError, { before }: Failed): boolean {
  return isUnauthorised(error) && !isUnauthorised(before);
}

/** Reads what `shouldRetry` said; nothing (`undefined`, `null`) leaves the decision. */
function asDecision(said: unknown): boolean | undefined {
  if (typeof said === "boolean") return said;
  if (said === undefined || said === null) return undefined;
  throw new HookError(
    "shouldRetry",
    `shouldRetry returned ${shown(said)}. Return true, false, or undefined for the default.`,
  );
}
