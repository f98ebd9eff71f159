import { HttpStreamingError } from "../../errors.js";
import type { ResponseHead } from "../../transport/transport.js";
import { CallState } from "./call-state.js";
import { abandon, hold, limit, settle, sleep, type Effects } from "./effects.js";
import { DifferentContinuation } from "../request/continuation.js";
import type { ModelCall, NextRequest } from "./call.js";
import { readStatusError } from "../response/error-body.js";
import { planRest, type PlannedRest } from "../request/plan-rest.js";
import { openFollowing } from "../request/redirect.js";
import {
  buildBasis,
  buildRequest,
  followUpBasis,
  type BuiltRequest,
  type RequestBasis,
} from "../request/build-request.js";
import { callHook, isPromise } from "../request/hook-call.js";
import { HookContext, type AttemptFacts } from "../request/hook-context.js";
import { askNext } from "../request/next-request.js";
import { isOfSideRequest, isUnauthorised } from "../request/side-request.js";
import { streamBody } from "../response/streamed-body.js";
import { give, readResponse, stepError, takeWhole, wholeBody } from "../response/whole-body.js";

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
    yield* tryUntilWhole(state);
    // Where a stop sequence ended the answer here, the job goes on to write it.
    if (!state.answer.stopped) state.cancel = undefined;
    state.report.ended("answered");
  } catch (error) {
    state.report.ended("failed", error);
    throw state.finalize(error);
  } finally {
    state.report.ended("cancelled");
    state.end();
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
function* tryUntilWhole<R>(state: CallState<R>): Effects<void> {
  const { deadlines, admission } = state;
  let error: HttpStreamingError | undefined;
  let rest: Rest | undefined;
  for (let attempt = 0; ; attempt++) {
    let pause: number;
    const sent = state.lastRequest && { ...state.lastRequest.headers };
    try {
      yield* tryOnce(state, rest, { attempt, error, sent });
      admission.answered();
      state.report.attemptEnded();
      return;
    } catch (thrown) {
      const failure = thrown instanceof DifferentContinuation && rest ? rest.brokenBy : thrown;
      state.annotate(failure);
      state.report.attemptEnded(failure);
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
  // A fresh token has nothing to wait for.
  const pauseMs =
    isUnauthorised(error) && error.retryAfterMs === undefined ? 0 : state.admission.pauseMs(error);
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
  // The hooks may know a fresh token by now; tryOnce gives up if they do not, and this if that is refused, too.
  const mayRefresh = isUnauthorised(error) && !isUnauthorised(before);
  return mayRefresh || state.mayPass(error);
}

/** One request, with the steps of a job that follow it, and the reading of the answer. */
function* tryOnce<R>(
  state: CallState<R>,
  rest: PlannedRest | undefined,
  facts: AttemptFacts,
): Effects<void> {
  const { call } = state;
  const context = new HookContext(facts, state.side);
  let request = yield* nextToSend(state, rest, context);
  // A hook may know a fresh token by now. If the request is the same, so would the refusal be.
  if (isUnauthorised(facts.error) && isSameRequest(request, state.lastRequest)) throw facts.error;
  state.tries++;
  const waited = yield* state.admission.acquire(
    request.url,
    request.headers,
    state.deadlines.total(),
  );
  // Signatures and tokens may have run out meanwhile.
  if (waited) request = yield* nextToSend(state, rest, context);
  let head = yield* send(state, request);
  while (call.nextRequest !== undefined && rest === undefined && state.step?.stream !== true) {
    const next = yield* nextStep(state, head, context);
    if (next === undefined) return;
    yield* sleep(next.afterMs ?? 0, state.deadlines.total());
    head = yield* send(state, yield* nextToSend(state, undefined, context));
  }
  yield* readAnswer(state, head);
}

/** The request that is to be sent now: the first one, the step that a job has come to, or the one for the rest. */
function* nextToSend<R>(
  state: CallState<R>,
  rest: PlannedRest | undefined,
  context: HookContext,
): Effects<BuiltRequest> {
  const { call, step } = state;
  const deadline = state.deadlines.total();
  if (step === undefined && rest === undefined) {
    const basis = yield* buildBasis(call, context, deadline);
    state.first = basis;
    state.current = basis;
    state.report.prepared(basis);
    const { origin } = basis.url;
    return yield* buildRequest(call, basis, { context, deadline, origin });
  }
  const first = state.first as RequestBasis;
  const { origin } = first.url;
  const before = step === undefined ? first : stepBasis(call, first, step);
  if (rest === undefined) {
    const extra = [step?.headers];
    return yield* buildRequest(call, before, {
      context,
      deadline,
      origin,
      extra,
      hook: "nextRequest",
    });
  }
  const hook = "continueFrom";
  const basis = followUpBasis(before, rest.continuation, hook);
  // The headers of a step are for where it went.
  const inherited = basis.url.origin === before.url.origin ? step?.headers : undefined;
  const extra = [inherited, rest.continuation.headers];
  return yield* buildRequest(call, basis, { context, deadline, origin, extra, hook });
}

function stepBasis<R>(call: ModelCall<R>, first: RequestBasis, step: NextRequest): RequestBasis {
  const { payload = null } = step;
  const method = step.method ?? (payload === null ? "GET" : "POST");
  const basis = followUpBasis(first, { ...step, payload, method }, "nextRequest");
  if (step.stream !== true || !call.settings.streaming) return basis;
  const accept = call.format.contentTypes.join(", ");
  return { ...basis, headers: { ...basis.headers, accept } };
}

/** Sends a request and waits for the head of a response that is no error. */
function* send<R>(state: CallState<R>, request: BuiltRequest): Effects<ResponseHead> {
  const { deadlines, report } = state;
  const { method, url, headers, body } = request;
  state.current = state.lastRequest = request;
  deadlines.startAttempt();
  state.attempts++;
  report.attemptStarted();
  const sent = { method, url: url.href, headers, body };
  const head = yield* openFollowing(sent, state.call.settings.redirect, () => deadlines.head());
  report.headersReceived(head, url, headers);
  if (head.status < 200 || head.status > 299) throw yield* readStatusError(state, head);
  return head;
}

/** What a job asks next; `undefined`: the response is the answer, and has been given. */
function* nextStep<R>(
  state: CallState<R>,
  head: ResponseHead,
  context: HookContext,
): Effects<NextRequest | undefined> {
  const { call, deadlines, answerState } = state;
  const body = yield* readResponse(state, head);
  const { status, headers } = head;
  const said = stepError(state, head, body);
  if (said !== undefined) throw said;
  const asked = context.withStep(state.steps++, answerState);
  const next = yield* askNext(call, { status, headers, body }, asked, deadlines.total());
  if (next === undefined) {
    yield* takeWhole(state, head, body);
    return undefined;
  }
  state.report.attemptEnded();
  state.reach(next);
  return next;
}

function* readAnswer<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  try {
    yield* state.call.settings.streaming ? streamBody(state, head) : wholeBody(state, head);
  } catch (error) {
    // Another attempt may follow, and its request would hide this one from the driver.
    yield* abandon();
    throw error;
  }
}

/** The same to the letter. Bytes and forms are not compared: a token that is refused is not in them, as a rule. */
function isSameRequest(a: BuiltRequest, b: BuiltRequest | undefined): boolean {
  if (b === undefined || a.url.href !== b.url.href) return false;
  if (typeof a.body === "string" && a.body !== b.body) return false;
  const names = new Set([...Object.keys(a.headers), ...Object.keys(b.headers)]);
  return [...names].every((name) => a.headers[name] === b.headers[name]);
}
