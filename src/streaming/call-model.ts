import {
  HttpStatusError,
  HttpStreamingError,
  ResponseTooLargeError,
  TruncatedStreamError,
} from "../errors.js";
import type { Deadline, HttpRequest, ResponseHead } from "../transport/exchange.js";
import { isReadable, mediaType, unexpectedContentType } from "./content-type.js";
import { Deadlines } from "./deadlines.js";
import { abandon, emit, open, read, release, settle, sleep, type Effects } from "./effects.js";
import type { AttemptContext, ChunkContext, ModelCall } from "./model-call.js";
import { ResponsePipeline } from "./pipeline.js";
import { followRedirect } from "./redirect.js";
import {
  buildBasis,
  buildHeaders,
  callHook,
  isPromise,
  shownUrl,
  type RequestBasis,
} from "./request.js";
import { isRetryable, retryDelayMs } from "./retry.js";
import { redactChain, secretsOf, statusError } from "./status-error.js";

/**
 * One call of a model, from its hooks to its last delta, as a generator of effects: build the
 * request, send it, follow redirects, judge the response, push its bytes through the pipeline, and
 * try again while nothing has been delivered. All rules of a call are here and below; the drivers
 * only carry out the effects.
 */
export function* callModel<R>(call: ModelCall<R>): Effects<void> {
  const state = new CallState(call);
  const leave = yield* enter(state);
  try {
    const basis = yield* buildBasis(call, state.deadlines.total());
    state.url = basis.url;
    yield* tryUntilDelivered(state, basis);
  } catch (error) {
    throw state.explain(error);
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

/** What one call knows about itself while it runs. */
class CallState<R> {
  readonly call: ModelCall<R>;
  readonly deadlines: Deadlines;
  url: URL | undefined;
  pipeline: ResponsePipeline<R> | undefined;
  /** Whether the reader has been given anything: from then on nothing is tried again. */
  delivered = false;
  /** The headers of the attempt before, to see whether a refreshed token came. */
  lastHeaders: Readonly<Record<string, string>> = {};
  #explained = new WeakSet<HttpStreamingError>();

  constructor(call: ModelCall<R>) {
    this.call = call;
    this.deadlines = new Deadlines(call.settings.timeouts);
  }

  /** Puts who called what where in front of an error's message, and the partial text on it. */
  explain(error: unknown): unknown {
    if (!HttpStreamingError.isInstance(error) || this.#explained.has(error)) return error;
    this.#explained.add(error);
    error.partial = this.pipeline?.partial ?? "";
    // A server may echo what it was sent.
    redactChain(error, secretsOf(this.lastHeaders, this.url));
    const { modelClass } = this.call;
    // The error of a signal names the class already.
    if (error.message.startsWith(`${modelClass}: `)) return error;
    const target = this.url === undefined ? "" : ` POST ${shownUrl(this.url)}:`;
    error.message = `${modelClass}:${target} ${error.message}`;
    return error;
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
      if (state.delivered || attempt >= call.settings.maxRetries) throw failure;
      if (!HttpStreamingError.isInstance(failure) || !mayRetry(call, failure, attempt))
        throw failure;
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

function mayRetry<R>(call: ModelCall<R>, error: HttpStreamingError, attempt: number): boolean {
  const decision = callHook("shouldRetry", () => call.shouldRetry?.(error, attempt));
  if (decision !== undefined) return decision;
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
  const head = yield* openFollowing(state, { method: "POST", url, headers, body: basis.body });
  if (head.status < 200 || head.status > 299) throw yield* readStatusError(state, head, headers);
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
    const next = followRedirect(current, head, state.call.settings.redirect, redirects);
    if (next === undefined) return head;
    yield* release();
    current = next;
  }
}

function* readStatusError<R>(
  state: CallState<R>,
  head: ResponseHead,
  headers: Readonly<Record<string, string>>,
): Effects<HttpStatusError> {
  const { call, deadlines } = state;
  const body = yield* readStart(call.settings.limits.maxErrorBodyBytes, () => deadlines.idle());
  const secrets = secretsOf(headers, state.url);
  return statusError({ head, body, secrets, parseError: call.parseError?.bind(call) });
}

/** The start of a body, as text; what cannot be read is left out, for the response itself is the news. */
function* readStart(maxBytes: number, deadline: () => Deadline): Effects<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < maxBytes) {
      const buffers = yield* read(deadline());
      if (buffers === undefined) break;
      for (const bytes of buffers) length += pieces.push(bytes) && bytes.length;
    }
  } catch (error) {
    if (!HttpStreamingError.isInstance(error)) throw error;
  }
  yield* release();
  return new TextDecoder().decode(concat(pieces).subarray(0, maxBytes));
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

function* streamBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  const { call, deadlines } = state;
  const contentType = head.headers["content-type"];
  const format = call.format.forContentType?.(contentType) ?? call.format;
  if (!isReadable(format, contentType)) {
    const body = yield* readStart(call.settings.limits.maxErrorBodyBytes, () => deadlines.idle());
    throw unexpectedContentType(format, contentType ?? "", body);
  }
  const { limits, enforceStop, endOfStream } = call.settings;
  const context = chunkContext(head);
  const pipeline = new ResponsePipeline<R>({
    decoder: format.createDecoder(limits),
    parseChunk: (record, index) => call.parseChunk(record, context(index)),
    adapt: call.adapt,
    stop: enforceStop ? call.stop : [],
    endOfStream,
    maxResponseBytes: limits.maxResponseBytes,
  });
  state.pipeline = pipeline;
  while (!pipeline.finished) {
    const deadline = state.delivered ? deadlines.idle() : deadlines.firstChunk();
    const buffers = yield* read(deadline);
    if (buffers === undefined) break;
    for (const bytes of buffers) {
      yield* deliver(state, pipeline.push(bytes));
      if (pipeline.finished) break;
    }
  }
  yield* pipeline.stopped ? abandon() : release();
  yield* deliver(state, pipeline.end());
}

/** Gives the reader what came out of the pipeline, and then the failure that came after it. */
function* deliver<R>(state: CallState<R>, deltas: Parameters<typeof emit>[0]): Effects<void> {
  if (deltas.length > 0) {
    state.delivered = true;
    yield* emit(deltas);
  }
  if (state.pipeline?.failure !== undefined) throw state.pipeline.failure;
}

function chunkContext(head: ResponseHead): (index: number) => ChunkContext {
  const { status, headers } = head;
  return (index) => ({ index, status, headers });
}

function* wholeBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  const { call, deadlines } = state;
  const { maxResponseBytes } = call.settings.limits;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const buffers = yield* read(deadlines.idle());
    if (buffers === undefined) break;
    for (const bytes of buffers) {
      pieces.push(bytes);
      length += bytes.length;
    }
    if (length > maxResponseBytes) throw new ResponseTooLargeError(maxResponseBytes);
  }
  yield* release();
  if (length === 0) {
    throw new TruncatedStreamError(
      "the response is empty. An answer in one piece (streaming: false) has to have a body.",
    );
  }
  const text = new TextDecoder().decode(concat(pieces));
  const body = parseBody(call, head, text);
  const pipeline = new ResponsePipeline<R>({
    decoder: call.format.createDecoder(call.settings.limits),
    parseChunk: () => undefined,
    adapt: call.adapt,
    stop: call.settings.enforceStop ? call.stop : [],
    endOfStream: "optional",
    maxResponseBytes,
  });
  state.pipeline = pipeline;
  yield* deliver(
    state,
    pipeline.whole(() => call.parseResponse(body, chunkContext(head)(0))),
  );
}

function parseBody<R>(call: ModelCall<R>, head: ResponseHead, text: string): unknown {
  const type = mediaType(head.headers["content-type"]);
  if (type === "text/html") {
    const start = text.slice(0, call.settings.limits.maxErrorBodyBytes);
    throw unexpectedContentType(call.format, type, start);
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
