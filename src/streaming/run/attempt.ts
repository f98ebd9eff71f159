import { HookError } from "../../errors.js";
import { isDeepEqual } from "../../formats/deep-equal.js";
import type { ResponseHead } from "../../transport/transport.js";
import {
  acceptOf,
  buildBasis,
  buildRequest,
  followUpBasis,
  methodFor,
  type BuiltRequest,
  type RequestBasis,
} from "../request/build-request.js";
import { HookContext, type AttemptFacts } from "../request/hook-context.js";
import { askNext } from "../request/next-request.js";
import type { PlannedRest } from "../answer/continuation.js";
import { openFollowing } from "../request/redirect.js";
import { isUnauthorised } from "../retry/side-error.js";
import { readStatusError } from "../response/error-body.js";
import { streamBody } from "../response/streamed-body.js";
import { readResponse, stepError, takeWhole, wholeBody } from "../response/whole-body.js";
import type { ModelCall } from "../model-call.js";
import type { NextRequest } from "../hooks/hook-types.js";
import type { CallState } from "../call/call-state.js";
import { sleep, type Effects } from "../effects.js";

/** One request, with the steps of a job that follow it, and the reading of the answer. */
export function* tryOnce<R>(
  state: CallState<R>,
  rest: PlannedRest | undefined,
  facts: AttemptFacts,
): Effects<void> {
  const { call } = state;
  const context = new HookContext(facts, state.side);
  let request = yield* nextToSend(state, rest, context);
  // If the request is the same, so would the refusal be.
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
    const pauseMs = yield* nextStep(state, head, context);
    if (pauseMs === undefined) return;
    yield* sleep(pauseMs, state.deadlines.total());
    head = yield* send(state, yield* nextToSend(state, undefined, context));
  }
  yield* call.settings.streaming ? streamBody(state, head) : wholeBody(state, head);
}

/** The request that is to be sent now: the first one, the step that a job has come to, or the one for the rest. */
function* nextToSend<R>(
  state: CallState<R>,
  rest: PlannedRest | undefined,
  context: HookContext,
): Effects<BuiltRequest> {
  const { call, step } = state;
  const deadline = state.deadlines.total();
  state.movedTo = undefined;
  if (step === undefined && rest === undefined) {
    state.first = state.current = yield* buildBasis(call, context, deadline);
    state.report.prepared(state.first);
  }
  const first = state.first as RequestBasis;
  const { basis, extra, hook } = partsOf(call, first, step, rest);
  const { origin } = first.url;
  return yield* buildRequest(call, basis, { context, deadline, origin, extra, hook });
}

/** The parts that a request is built of. */
interface RequestParts {
  readonly basis: RequestBasis;
  /** Headers that it was given for itself. */
  readonly extra: readonly NextRequest["headers"][];
  /** The hook that has given them. */
  readonly hook: string;
}

function partsOf<R>(
  call: ModelCall<R>,
  first: RequestBasis,
  step: NextRequest | undefined,
  rest: PlannedRest | undefined,
): RequestParts {
  const before = step === undefined ? first : stepBasis(call, first, step);
  if (rest === undefined) return { basis: before, extra: [step?.headers], hook: "nextRequest" };
  const hook = "continueFrom";
  const basis = followUpBasis(before, rest.continuation, hook);
  // The headers of a step are for where it went.
  const inherited = basis.url.origin === before.url.origin ? step?.headers : undefined;
  return { basis, extra: [inherited, rest.continuation.headers], hook };
}

function stepBasis<R>(call: ModelCall<R>, first: RequestBasis, step: NextRequest): RequestBasis {
  const { payload = null } = step;
  const method = step.method ?? methodFor(payload);
  const basis = followUpBasis(first, { ...step, payload, method }, "nextRequest");
  if (step.stream !== true || !call.settings.streaming) return basis;
  return { ...basis, headers: { ...basis.headers, accept: acceptOf(call.format) } };
}

/** Sends a request and waits for the head of a response that is no error. */
function* send<R>(state: CallState<R>, request: BuiltRequest): Effects<ResponseHead> {
  const { deadlines, report } = state;
  const { method, url, headers, body } = request;
  // A job's answer may quote what began it.
  if (state.lastRequest !== undefined) state.side.secrets.add(state.lastRequest);
  state.current = state.lastRequest = request;
  deadlines.startAttempt();
  report.attemptStarted();
  const sent = { method, url: url.href, headers, body };
  const { redirect } = state.call.settings;
  const moved = (to: string) => (state.movedTo = to);
  const head = yield* openFollowing(sent, redirect, () => deadlines.head(), moved);
  report.headersReceived(head, url, headers);
  if (head.status < 200 || head.status > 299) throw yield* readStatusError(state, head);
  return head;
}

/**
 * Goes on to a job's next request, and gives the pause before it, in ms; `undefined`: the response is the answer, and
 * has been given.
 */
function* nextStep<R>(
  state: CallState<R>,
  head: ResponseHead,
  context: HookContext,
): Effects<number | undefined> {
  const { call, deadlines, answerState } = state;
  const body = yield* readResponse(state, head);
  const { status, headers } = head;
  const said = stepError(state, head, body);
  if (said !== undefined) throw said;
  const asked = context.withStep(state.steps, answerState);
  let next: NextRequest | undefined;
  try {
    next = yield* askNext(call, { status, headers, body }, asked, deadlines.total());
  } catch (error) {
    throw (HookError.isInstance(error) && stepError(state, head, body, error)) || error;
  }
  state.keep(asked);
  if (next === undefined) {
    yield* takeWhole(state, head, body);
    return undefined;
  }
  state.report.observer?.attemptEnded();
  const pauseMs = next.afterMs ?? restBefore(next, state);
  state.reach(next);
  return pauseMs;
}

/** The rest before a step that repeats the one before, in ms, grows by this much with each step, up to ten times. */
const REST_MS = 100;

/** Who polls a job and says no pause does not mean to ask as often as the network allows. */
function restBefore<R>({ url, payload }: NextRequest, { step, steps }: CallState<R>): number {
  const isSame = String(url) === String(step?.url) && isDeepEqual(payload, step?.payload);
  return isSame ? REST_MS * Math.min(steps, 10) : 0;
}

/** The same to the letter. Bytes and forms are not compared: a token that is refused is not in them, as a rule. */
function isSameRequest(a: BuiltRequest, b: BuiltRequest | undefined): boolean {
  if (b === undefined || a.url.href !== b.url.href) return false;
  if (typeof a.body === "string" && a.body !== b.body) return false;
  const names = new Set([...Object.keys(a.headers), ...Object.keys(b.headers)]);
  return [...names].every((name) => a.headers[name] === b.headers[name]);
}
