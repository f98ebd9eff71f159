import { HttpStatusError, HttpStreamingError } from "../errors.js";
import type { HttpRequest, ResponseHead } from "../transport/exchange.js";
import { CallState } from "./call-state.js";
import { abandon, open, release, settle, sleep, type Effects } from "./effects.js";
import type { AttemptContext, ModelCall } from "./model-call.js";
import { readStatusError, streamBody, wholeBody } from "./read-response.js";
import { followRedirect, isRedirect } from "./redirect.js";
import { buildBasis, buildHeaders, callHook, isPromise, type RequestBasis } from "./request.js";
import { isRetryable, retryDelayMs } from "./retry.js";

/**
 * One call of a model, from its hooks to its last delta, as a generator of effects: build the
 * request, send it, follow redirects, judge the response, push its bytes through the pipeline, and
 * try again while nothing has been delivered. All rules of a call are here and below; the drivers
 * only carry out the effects.
 */
export function* callModel<R>(call: ModelCall<R>): Effects<void> {
  const state = new CallState(call);
  let leave: (() => void) | undefined;
  try {
    leave = yield* enter(state);
    const basis = yield* buildBasis(call, state.deadlines.total());
    state.url = basis.url;
    state.body = basis.body;
    yield* tryUntilDelivered(state, basis);
  } catch (error) {
    throw state.conclude(error);
  } finally {
    leave?.();
  }
}

function* enter<R>({ call, deadlines }: CallState<R>): Effects<(() => void) | undefined> {
  const place = call.enter?.();
  if (place === undefined) return undefined;
  try {
    return yield* settle("maxConcurrency", place, deadlines.total());
  } catch (error) {
    // The reader left the queue: the place is given on when its turn comes.
    void place.then((leave) => {
      leave();
    });
    throw error;
  }
}

function* tryUntilDelivered<R>(state: CallState<R>, basis: RequestBasis): Effects<void> {
  const { call, deadlines } = state;
  let error: HttpStreamingError | undefined;
  let pause: number;
  for (let attempt = 0; ; attempt++) {
    try {
      yield* tryOnce(state, basis, { attempt, error });
      return;
    } catch (failure) {
      state.explain(failure);
      if (state.delivered || !HttpStreamingError.isInstance(failure)) throw failure;
      // Asked after the last attempt, too: the error says whether the caller may try again.
      if (!mayRetry(state, failure, attempt) || attempt >= call.settings.maxRetries) throw failure;
      pause = retryDelayMs(failure, attempt);
      // The failure says more than a timeout would.
      if (performance.now() + pause > deadlines.total().at) throw failure;
      const told = call.onFailedAttempt?.(failure);
      if (isPromise(told)) yield* settle("onFailedAttempt", told, deadlines.total());
      error = failure;
    }
    yield* sleep(pause, deadlines.total());
  }
}

function mayRetry<R>(state: CallState<R>, error: HttpStreamingError, attempt: number): boolean {
  const { call } = state;
  state.decision = undefined;
  state.decision = callHook("shouldRetry", () => call.shouldRetry?.(error, attempt));
  if (state.decision !== undefined) return state.decision;
  // A headers() hook may know a fresh token by now; tryOnce gives up if it does not.
  return isRetryable(error) || (isUnauthorised(error) && call.hasHeadersHook && attempt === 0);
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
  const headers = yield* buildHeaders(call, basis, context, deadlines.total());
  if (isUnauthorised(context.error) && sameHeaders(headers, state.lastHeaders)) {
    throw context.error;
  }
  state.lastHeaders = headers;
  deadlines.startAttempt();
  const url = basis.url.href;
  state.attempts++;
  const head = yield* openFollowing(state, { method: "POST", url, headers, body: basis.body });
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
