import {
  HttpStreamingError,
  ResponseTooLargeError,
  TruncatedStreamError,
  type HttpStatusError,
} from "../errors.js";
import type { Deadline, ResponseHead } from "../transport/exchange.js";
import type { CallState } from "./call-state.js";
import { isReadable, mediaType, unexpectedContentType } from "./content-type.js";
import type { Delta } from "./delta.js";
import {
  abandon,
  emit,
  read,
  release,
  stream,
  type Effects,
  type StreamedBody,
} from "./effects.js";
import type { ChunkContext, ModelCall } from "./model-call.js";
import { ResponsePipeline } from "./pipeline.js";
import { statusError } from "./status-error.js";

/** The error of a response whose status is not 2xx. */
export function* readStatusError<R>(
  state: CallState<R>,
  head: ResponseHead,
): Effects<HttpStatusError> {
  const { call, deadlines } = state;
  const body = yield* readStart(call.settings.limits.maxErrorBodyBytes, deadlines.errorBody());
  const secrets = state.secrets();
  return statusError({ head, body, secrets, parseError: call.parseError?.bind(call) });
}

/** The start of a body, as text; what cannot be read is left out, for the response itself is the news. */
function* readStart(maxBytes: number, deadline: Deadline): Effects<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < maxBytes) {
      const buffers = yield* read(deadline);
      if (buffers === undefined) break;
      for (const bytes of buffers) {
        pieces.push(bytes);
        length += bytes.length;
      }
    }
  } catch (error) {
    if (!HttpStreamingError.isInstance(error)) throw error;
  }
  yield* release();
  return new TextDecoder().decode(Buffer.concat(pieces).subarray(0, maxBytes));
}

/** Reads a streamed answer: gives the reader the deltas as they come. */
export function* streamBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  const { call, deadlines } = state;
  const contentType = head.headers["content-type"];
  const format = call.format.forContentType?.(contentType) ?? call.format;
  if (!isReadable(format, contentType)) {
    const body = yield* readStart(call.settings.limits.maxErrorBodyBytes, deadlines.errorBody());
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
  state.report.reading(pipeline);
  try {
    yield* stream(new AnswerBody(state, pipeline));
  } catch (error) {
    // What was held back, lest it become a stop sequence, has come before the failure.
    if (state.delivered) yield* emit(pipeline.held());
    throw error;
  }
  if (pipeline.failure !== undefined) throw pipeline.failure;
  yield* pipeline.stopped ? abandon() : release();
  yield* deliver(state, pipeline, pipeline.end());
}

/** The body of a streamed answer, on its way through the pipeline. */
class AnswerBody<R> implements StreamedBody {
  readonly #state: CallState<R>;
  readonly #pipeline: ResponsePipeline<R>;

  constructor(state: CallState<R>, pipeline: ResponsePipeline<R>) {
    this.#state = state;
    this.#pipeline = pipeline;
  }

  get finished(): boolean {
    return this.#pipeline.finished || this.#pipeline.failure !== undefined;
  }

  deadline(): Deadline {
    const { delivered, deadlines } = this.#state;
    return delivered ? deadlines.idle() : deadlines.firstChunk();
  }

  push(buffers: readonly Uint8Array[]): readonly Delta[] {
    const [only] = buffers;
    const deltas =
      only !== undefined && buffers.length === 1
        ? this.#pipeline.push(only)
        : this.#pushAll(buffers);
    if (deltas.length > 0) {
      this.#state.delivered = true;
      this.#state.report.received(deltas);
    }
    return deltas;
  }

  /** What arrived together is handed over together. */
  #pushAll(buffers: readonly Uint8Array[]): readonly Delta[] {
    const deltas: Delta[] = [];
    for (const bytes of buffers) {
      for (const delta of this.#pipeline.push(bytes)) deltas.push(delta);
      if (this.finished) break;
    }
    return deltas;
  }
}

/** Gives the reader what came out of the pipeline, and then the failure that came after it. */
function* deliver<R>(
  state: CallState<R>,
  pipeline: ResponsePipeline<R>,
  deltas: readonly Delta[],
): Effects<void> {
  const last = pipeline.failure === undefined ? state.report.closing(deltas) : deltas;
  if (last.length > 0) {
    state.delivered = true;
    yield* emit(last);
  }
  if (pipeline.failure !== undefined) throw pipeline.failure;
}

function chunkContext(head: ResponseHead): (index: number) => ChunkContext {
  const { status, headers } = head;
  return (index) => ({ index, status, headers });
}

/** Reads an answer that comes in one piece. */
export function* wholeBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
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
  const text = new TextDecoder().decode(Buffer.concat(pieces));
  const body = parseBody(call, head, text);
  const pipeline = new ResponsePipeline<R>({
    decoder: call.format.createDecoder(call.settings.limits),
    parseChunk: () => undefined,
    adapt: call.adapt,
    stop: call.settings.enforceStop ? call.stop : [],
    endOfStream: "optional",
    maxResponseBytes,
  });
  state.report.reading({ bytes: length, records: 1 });
  const deltas = pipeline.whole(() => call.parseResponse(body, chunkContext(head)(0)));
  yield* deliver(state, pipeline, deltas);
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
