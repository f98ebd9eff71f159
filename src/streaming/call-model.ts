import { HttpStatusError, HttpStreamingError } from "../errors.js";
import type { HttpRequest, ResponseHead } from "../transport/exchange.js";
import { CallState } from "./call-state.js";
import { abandon, hold, limit, open, release, settle, type Effects } from "./effects.js";
import type { AttemptContext, ModelCall } from "./model-call.js";
import { readStatusError } from "./error-body.js";
import { followRedirect, isRedirect } from "./redirect.js";
import { buildBasis, buildHeaders, callHook, isPromise, type RequestBasis } from "./request.js";
import { isRetryable } from "./retry.js";
import { streamBody } from "./streamed-body.js";
import { wholeBody } from "./whole-body.js";

/**
 * One call of a model, from its hooks to its last delta, as a generator of effects: build the
 * request, send it, follow redirects, judge the response, push its bytes through the pipeline, and
 * try again while nothing has been delivered. All rules of a call are here and below; the drivers
 * only carry out the effects.
 */
export function* callModel<R>(call: ModelCall<R>): Effects<void> {
  const state = new CallState(call);
  try {
    yield* limit(state.deadlines.total());
    yield* enter(state);
    yield* state.admission.hold();
    const basis = yield* buildBasis(call, state.deadlines.total());
    state.url = basis.url;
    state.body = basis.body;
    state.report.prepared(basis);
    yield* tryUntilDelivered(state, basis);
    state.report.ended("answered");
  } catch (error) {
    state.report.ended("failed", error);
    throw state.conclude(error);
  } finally {
    state.report.ended("cancelled");
  }
}

function* enter<R>({ call, deadlines }: CallState<R>): Effects<void> {
  const place = call.enter?.();
  if (place === undefined) return;
  let leave: () => void;
  try {
    leave = yield* settle("maxConcurrency", place, deadlines.total());
  } catch (error) {
    // The reader left the queue: the place is given on when its turn comes.
    void place.then((leave) => {
      leave();
    });
    throw error;
  }
  yield* hold(leave);
}

function* tryUntilDelivered<R>(state: CallState<R>, basis: RequestBasis): Effects<void> {
  const { call, deadlines, admission } = state;
  let error: HttpStreamingError | undefined;
  let pause: number;
  for (let attempt = 0; ; attempt++) {
    try {
      yield* tryOnce(state, basis, {
        attempt,
        error,
        sent: state.lastHeaders && { ...state.lastHeaders },
      });
      admission.answered();
      state.report.attemptEnded();
      return;
    } catch (failure) {
      state.explain(failure);
      state.report.attemptEnded(failure);
      const wasLast = admission.failed(failure);
      if (state.delivered || wasLast) throw failure;
      if (!HttpStreamingError.isInstance(failure) || !mayRetry(call, failure, attempt, error))
        throw failure;
      pause = admission.pauseMs(failure);
      // The failure says more than a timeout would.
      if (performance.now() + pause > deadlines.total().at) throw failure;
      state.report.retried(failure, pause);
      const told = call.onFailedAttempt?.(failure);
      if (isPromise(told)) yield* settle("onFailedAttempt", told, deadlines.total());
      error = failure;
    }
    yield* admission.pause(pause, deadlines.total());
  }
}

function mayRetry<R>(
  call: ModelCall<R>,
  error: HttpStreamingError,
  attempt: number,
  before: HttpStreamingError | undefined,
): boolean {
  const decision = callHook("shouldRetry", () => call.shouldRetry?.(error, attempt));
  if (decision !== undefined) return decision;
  // A headers() hook may know a fresh token by now; tryOnce gives up if it does not, and this if that is refused, too.
  const mayRefresh = isUnauthorised(error) && call.hasHeadersHook && !isUnauthorised(before);
  return isRetryable(error) || mayRefresh;
}

function isUnauthorised(error: unknown): error is HttpStatusError {
  return HttpStatusError.isInstance(error) && error.status === 401;
}

function* tryOnce<R>(
  state: CallState<R>,
  basis: RequestBasis,
  context: AttemptContext,
): Effects<void> {
  const { call, deadlines } = state;
  let headers = yield* buildHeaders(call, basis, context, deadlines.total());
  if (isUnauthorised(context.error) && sameHeaders(headers, state.lastHeaders ?? {})) {
    throw context.error;
  }
  const waited = yield* state.admission.enter(basis.url, headers, deadlines.total());
  // Signatures and tokens may have run out meanwhile.
  if (waited && call.hasHeadersHook) {
    headers = yield* buildHeaders(call, basis, context, deadlines.total());
  }
  state.lastHeaders = headers;
  deadlines.startAttempt();
  state.answerState = {};
  const url = basis.url.href;
  state.attempts++;
  state.report.attemptStarted();
  const head = yield* openFollowing(state, { method: "POST", url, headers, body: basis.body });
  state.report.headersReceived(head, basis.url, headers);
  if (head.status < 200 || head.status > 299) throw yield* readStatusError(state, head);
  try {
    yield* call.settings.streaming ? streamBody(state, head) : wholeBody(state, head);
  } catch (error) {
    // Another attempt may follow, and its request would hide this one from the driver.
    if (!state.delivered) yield* abandon();
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
