import { HttpStatusError, HttpStreamingError } from "../../errors.js";
import type { HttpRequest, ResponseHead } from "../../transport/transport.js";
import { CallState } from "./call-state.js";
import { abandon, hold, limit, open, release, settle, type Effects } from "./effects.js";
import { DifferentContinuation } from "../request/continuation.js";
import type { AttemptContext, ModelCall } from "./call.js";
import { readStatusError } from "../response/error-body.js";
import { planRest, type PlannedRest } from "../request/plan-rest.js";
import { followRedirect, isRedirect } from "../request/redirect.js";
import {
  buildBasis,
  buildHeaders,
  callHook,
  continuationBasis,
  continuationHeaders,
  isPromise,
  type RequestBasis,
} from "../request/build-request.js";
import { streamBody } from "../response/streamed-body.js";
import { give, wholeBody } from "../response/whole-body.js";

/**
 * One call of a model, from its hooks to its last delta, as a generator of effects: build the
 * request, send it, follow redirects, judge the response, push its bytes through the pipeline, and
 * try again while nobody has seen anything, or go on where the answer broke off. All rules of a call are here and below; the drivers
 * only carry out the effects.
 */
export function* runCall<R>(call: ModelCall<R>): Effects<void> {
  const state = new CallState(call);
  try {
    yield* limit(state.deadlines.total());
    yield* acquirePermit(state);
    yield* state.admission.hold();
    const basis = yield* buildBasis(call, state.deadlines.total());
    state.url = basis.url;
    state.body = basis.body;
    state.report.prepared(basis);
    yield* tryUntilWhole(state, basis);
    state.report.ended("answered");
  } catch (error) {
    state.report.ended("failed", error);
    throw state.finalize(error);
  } finally {
    state.report.ended("cancelled");
  }
}

function* acquirePermit<R>({ call, deadlines }: CallState<R>): Effects<void> {
  const permit = call.acquire?.();
  if (permit === undefined) return;
  let release: () => void;
  try {
    release = yield* settle("maxConcurrency", permit, deadlines.total());
  } catch (error) {
    // The call ended while it waited: the permit is released as soon as it comes.
    void permit.then((release) => {
      release();
    });
    throw error;
  }
  yield* hold(release);
}

/** Sends requests until one of them has given the answer, or the rest of it, or no more may be sent. */
function* tryUntilWhole<R>(state: CallState<R>, first: RequestBasis): Effects<void> {
  const { deadlines, admission } = state;
  let error: HttpStreamingError | undefined;
  let rest: Rest | undefined;
  for (let attempt = 0; ; attempt++) {
    let pause: number;
    const sent = state.lastHeaders && { ...state.lastHeaders };
    try {
      yield* tryOnce(state, first, rest, { attempt, error, sent });
      admission.answered();
      state.report.attemptEnded();
      return;
    } catch (thrown) {
      const failure = thrown instanceof DifferentContinuation && rest ? rest.brokenBy : thrown;
      state.annotate(failure);
      state.report.attemptEnded(failure);
      const wasLast = admission.failed(failure) || thrown !== failure;
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
  if (rest === undefined) {
    state.startOver();
    report.retried(error, pauseMs);
  } else {
    state.goOn(rest);
    report.continued(error);
  }
  const told = call.onFailedAttempt?.(error);
  if (isPromise(told)) yield* settle("onFailedAttempt", told, deadlines.total());
}

/** What was held back, lest it become a stop sequence, has come before the failure. */
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

/** Which attempt failed, and the error of the one before. */
interface Failed {
  readonly attempt: number;
  readonly before: HttpStreamingError | undefined;
  /** No more attempts are allowed. */
  readonly wasLast: boolean;
}

/**
 * How the call goes on after a failure: from the start while nobody has seen a token, or with the rest of the
 * answer where the model says how; `undefined`: not at all.
 */
function* nextAttempt<R>(
  state: CallState<R>,
  error: unknown,
  failed: Failed,
): Effects<NextAttempt | undefined> {
  if (!HttpStreamingError.isInstance(error)) return undefined;
  // Asked after the last attempt, too: the error says whether the caller may try again.
  if (!mayRetry(state, error, failed) || failed.wasLast) return undefined;
  const rest = state.delivered ? yield* planRest(state, error) : undefined;
  if (rest === undefined && state.delivered && state.call.restart === undefined) return undefined;
  const pauseMs = state.admission.pauseMs(error);
  // The failure says more than a timeout would.
  const isTooLate = performance.now() + pauseMs > state.deadlines.total().at;
  return isTooLate ? undefined : { error, pauseMs, rest };
}

function mayRetry<R>(
  state: CallState<R>,
  error: HttpStreamingError,
  { attempt, before }: Failed,
): boolean {
  const { call } = state;
  state.decision = undefined;
  state.decision = callHook("shouldRetry", () => call.shouldRetry?.(error, attempt));
  if (state.decision !== undefined) return state.decision;
  // A headers() hook may know a fresh token by now; tryOnce gives up if it does not, and this if that is refused, too.
  const mayRefresh = isUnauthorised(error) && call.hasHeadersHook && !isUnauthorised(before);
  return mayRefresh || state.mayPass(error);
}

function isUnauthorised(error: unknown): error is HttpStatusError {
  return HttpStatusError.isInstance(error) && error.status === 401;
}

/** One request, and the reading of its response. */
function* tryOnce<R>(
  state: CallState<R>,
  first: RequestBasis,
  rest: PlannedRest | undefined,
  context: AttemptContext,
): Effects<void> {
  const { call, deadlines } = state;
  const basis = rest === undefined ? first : continuationBasis(first, rest.continuation);
  const build = (): Effects<Record<string, string>> =>
    rest === undefined
      ? buildHeaders(call, basis, context, deadlines.total())
      : continuationHeaders(
          call,
          { first, basis, ...rest.continuation },
          context,
          deadlines.total(),
        );
  let headers = yield* build();
  if (isUnauthorised(context.error) && sameHeaders(headers, state.lastHeaders ?? {})) {
    throw context.error;
  }
  const waited = yield* state.admission.acquire(basis.url, headers, deadlines.total());
  // Signatures and tokens may have run out meanwhile.
  if (waited && call.hasHeadersHook) headers = yield* build();
  state.lastHeaders = headers;
  const { method, url, body } = basis;
  Object.assign(state, { method, url, body });
  deadlines.startAttempt();
  state.attempts++;
  state.report.attemptStarted();
  const head = yield* openFollowing(state, { method, url: url.href, headers, body });
  state.report.headersReceived(head, basis.url, headers);
  if (head.status < 200 || head.status > 299) throw yield* readStatusError(state, head);
  try {
    yield* call.settings.streaming ? streamBody(state, head) : wholeBody(state, head);
  } catch (error) {
    // Another attempt may follow, and its request would hide this one from the driver.
    yield* abandon();
    throw error;
  }
}

function sameHeaders(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] === b[name]);
}

function* openFollowing<R>(state: CallState<R>, request: HttpRequest): Effects<ResponseHead> {
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const head = yield* open(current, state.deadlines.head());
    if (!isRedirect(head)) return head;
    yield* release();
    current = followRedirect(current, head, state.call.settings.redirect, redirects);
  }
}
