import { concatBytes, utf8Text } from "#runtime";
import { ChunkParseError, TimeoutError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { ByteBuffer } from "../../formats/bytes/byte-buffer.js";
import type { StreamFormat } from "../../formats/format.js";
import { beginsLikeJson, tryJson } from "../../formats/json/try-json.js";
import { timeoutError, type Deadline, type ResponseHead } from "../../transport/transport.js";
import type { CallState } from "../call/call-state.js";
import { unexpectedContentType } from "./content-type.js";
import type { Delta } from "../delta/delta.js";
import { abandon, emit, release, type Effects, type StreamedBody } from "../effects.js";
import { decoderOf, formatFor } from "../answer/decoder-check.js";
import { ResponseBody, decodeBody } from "./response-body.js";
import { SilenceClock } from "../answer/silence-clock.js";
import { readOpening } from "./opening.js";
import { RecordStage } from "../answer/record-stage.js";
import { modelStreamError } from "../provider/model-stream-error.js";
import { silentError } from "../provider/record-error.js";
import { valueOf } from "../provider/wire-record.js";
import { giveLast } from "./give-deltas.js";
import { stageParts, takeWhole } from "./whole-body.js";

/** Reads a streamed answer: gives the reader the deltas as they come. */
export function* streamBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  const { call, deadlines } = state;
  const response = new ResponseBody(head.headers["content-type"]);
  const format = formatFor(call.format, response.contentType);
  const { limits } = call.settings;
  const firstChunk = (): Deadline => deadlines.firstChunk();
  const opening = yield* readOpening(response, format, limits.maxRecordBytes, firstChunk);
  const { isReadable, buffers } = opening;
  if (!isReadable) throw yield* refusal(state, response, format, buffers);
  const stage = new RecordStage<R>({
    decoder: decoderOf(format, limits),
    ...stageParts(state, head),
  });
  const body = new AnswerBody(state, stage);
  state.report.observer?.reading(stage);
  state.reading = stage;
  try {
    yield* emit(body.push(buffers));
    if (!body.finished) yield* response.stream(body);
    if (body.isSilent) throw timeoutError(body.deadline());
  } catch (error) {
    if (!body.isOver(error)) throw error;
    yield* abandon();
    yield* giveLast(state, stage, stage.endEarly());
    if (stage.failure !== undefined) throw stage.failure;
    return;
  }
  const isWhole = stage.failure === undefined;
  if (isWhole) {
    yield* stage.stopped ? abandon() : release();
    yield* giveLast(state, stage, stage.end());
  }
  const { failure } = stage;
  if (failure === undefined) return;
  const start = ChunkParseError.isInstance(failure) ? body.unread : undefined;
  const value = start && (yield* readValue(state, response, start, isWhole));
  if (value === undefined) throw failure;
  yield* takeWhole(state, head, value);
}

/** The error of a response that its format cannot read: the provider's, where it says one. */
function* refusal<R>(
  state: CallState<R>,
  response: ResponseBody,
  format: StreamFormat<unknown>,
  opening: readonly Uint8Array[],
): Effects<Error> {
  const { maxErrorBodyBytes } = state.call.settings.limits;
  const deadline = state.deadlines.errorBody();
  const start = decodeBody(yield* response.start(maxErrorBodyBytes, deadline, opening));
  const said = silentError(valueOf(start));
  if (said !== undefined) return modelStreamError(said, "in place of an answer", state.redact);
  return unexpectedContentType(format, response.contentType, start);
}

/**
 * The value of a body of which no record could be read, if it is one JSON value, pretty-printed perhaps: a
 * provider's error, or the answer of a server that does not stream. `undefined` where it is neither.
 *
 * @param isWhole nothing is left to be read.
 */
function* readValue<R>(
  state: CallState<R>,
  response: ResponseBody,
  start: Uint8Array,
  isWhole: boolean,
): Effects<object | undefined> {
  if (!beginsLikeJson(utf8Text(start, 0, Math.min(start.length, 64)))) return undefined;
  const room = state.call.settings.limits.maxRecordBytes - start.length;
  const deadline = state.deadlines.errorBody();
  const rest = isWhole ? [] : [yield* response.start(room, deadline)];
  const value = tryJson(decodeBody(concatBytes([start, ...rest])));
  return isObject(value) ? value : undefined;
}

/** The body of a streamed answer, on its way through the stage. */
class AnswerBody<R> implements StreamedBody {
  readonly #state: CallState<R>;
  readonly #stage: RecordStage<R>;
  /** Before the answer: of content. */
  readonly #first: SilenceClock;
  /** Behind a complete answer: of anything that says something. */
  readonly #grace: SilenceClock;
  /** Within the answer: of content. */
  readonly #token: SilenceClock;
  /** The number of records that held content before this response. */
  readonly #contentBefore: number;
  /** Bytes come, but have said nothing for longer than they may. */
  isSilent = false;
  /** The bytes before the first record: perhaps they are none of the format's. */
  #start: ByteBuffer | undefined = new ByteBuffer();

  constructor(state: CallState<R>, stage: RecordStage<R>) {
    this.#state = state;
    this.#stage = stage;
    const { endGraceMs, timeouts } = state.call.settings;
    this.#first = new SilenceClock(timeouts.firstChunk);
    this.#grace = new SilenceClock(endGraceMs);
    this.#token = new SilenceClock(timeouts.token);
    this.#contentBefore = stage.content;
  }

  get finished(): boolean {
    return this.#stage.finished || this.#stage.failure !== undefined || this.isSilent;
  }

  /** The bytes so far; `undefined` once a record has come, or more than one may have. */
  get unread(): Uint8Array | undefined {
    return this.#start?.held;
  }

  /** The answer was complete, and this failure is the end of the wait for what might follow. */
  isOver(error: unknown): boolean {
    return this.#stage.ending && TimeoutError.isInstance(error) && error.phase === "idle";
  }

  deadline(): Deadline {
    const { deadlines } = this.#state;
    if (this.#stage.ending) return deadlines.ending(this.#grace.wait());
    // Asked for once: it costs as much as decoding a token.
    const now = performance.now();
    if (this.#hasNoContent) {
      this.#first.wait(now);
      return deadlines.firstChunk();
    }
    return deadlines.token(this.#token.wait(now), now);
  }

  push(buffers: readonly Uint8Array[]): readonly Delta[] {
    const [only] = buffers;
    const deltas =
      only !== undefined && buffers.length === 1 ? this.#stage.push(only) : this.#pushAll(buffers);
    if (this.#start !== undefined) this.#keepStart(buffers);
    this.isSilent = this.#measureSilence();
    if (deltas.length > 0) {
      this.#state.delivered = true;
      this.#state.report.received(deltas);
    }
    return deltas;
  }

  get #hasNoContent(): boolean {
    return this.#stage.content === this.#contentBefore;
  }

  #measureSilence(): boolean {
    const { ending, content, news } = this.#stage;
    if (ending) return this.#grace.arrived(news);
    return (this.#hasNoContent ? this.#first : this.#token).arrived(content);
  }

  /** Hands over together what arrived together. */
  #pushAll(buffers: readonly Uint8Array[]): readonly Delta[] {
    const deltas: Delta[] = [];
    for (const bytes of buffers) {
      for (const delta of this.#stage.push(bytes)) deltas.push(delta);
      if (this.finished) break;
    }
    return deltas;
  }

  #keepStart(buffers: readonly Uint8Array[]): void {
    const start = this.#start as ByteBuffer;
    start.appendAll(buffers);
    const { maxRecordBytes } = this.#state.call.settings.limits;
    if (this.#stage.records > 0 || start.length > maxRecordBytes) this.#start = undefined;
  }
}
