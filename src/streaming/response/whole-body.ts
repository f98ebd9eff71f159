import { concatBytes } from "#runtime";
import { RecordTooLargeError, ResponseTooLargeError, TruncatedStreamError } from "../../errors.js";
import type { Decoder, RecordEnvelope } from "../../formats/format.js";
import type { ResponseHead } from "../../transport/transport.js";
import type { CallState } from "../call/call-state.js";
import { isPage, unexpectedContentType } from "./content-type.js";
import type { Delta } from "../answer/delta.js";
import { emit, read, release, type Effects } from "../call/effects.js";
import { textOf } from "./error-body.js";
import type { ChunkContext } from "../call/call.js";
import { RecordStage, type PipelineParts } from "../answer/record-stage.js";

/** A body that is one record has been decoded by then. */
const DECODED: Decoder<never> = { decode: () => [], flush: () => [] };

/** Reads an answer that comes in one piece. */
export function* wholeBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  const { call } = state;
  const bytes = yield* readBody(state);
  const contentType = head.headers["content-type"];
  if (isPage(contentType, bytes)) {
    const start = textOf(bytes.subarray(0, call.settings.limits.maxErrorBodyBytes));
    throw unexpectedContentType(call.format, contentType ?? "", start);
  }
  const text = textOf(bytes);
  yield* takeWhole(state, head, jsonIn(text) ?? text);
}

/** All bytes of a body, which is one record. */
function* readBody<R>({ call, deadlines, report }: CallState<R>): Effects<Uint8Array> {
  const { maxRecordBytes, maxResponseBytes } = call.settings.limits;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const buffers = yield* read(deadlines.firstChunk());
    if (buffers === undefined) break;
    for (const bytes of buffers) {
      pieces.push(bytes);
      length += bytes.length;
    }
    if (length > maxResponseBytes) throw new ResponseTooLargeError(maxResponseBytes);
    if (length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
  }
  yield* release();
  report.reading({ bytes: length, records: 1 });
  if (length === 0) {
    throw new TruncatedStreamError(
      "the response is empty. An answer in one piece (streaming: false) has to have a body.",
    );
  }
  return concatBytes(pieces);
}

/** Takes an answer that is one value, by `parseResponse`. */
export function* takeWhole<R>(
  state: CallState<R>,
  head: ResponseHead,
  body: unknown,
): Effects<void> {
  const { call } = state;
  const { parseChunk, answer, ...parts } = pipelineParts<R>(state, head);
  const pipeline = new RecordStage<unknown>({
    ...parts,
    hook: "parseResponse",
    parseChunk: (whole, index) => call.parseResponse(whole, parts.contextOf(index, undefined)),
    decoder: DECODED,
    endOfStream: "optional",
  });
  yield* giveLast(state, pipeline, pipeline.whole(body));
  if (pipeline.failure !== undefined) throw pipeline.failure;
}

/** The value of a JSON text, `undefined` for what is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type CallParts<R> = Omit<PipelineParts<R>, "decoder" | "parseRecordError"> & {
  readonly parseRecordError: PipelineParts<unknown>["parseRecordError"];
  contextOf(index: number, envelope: RecordEnvelope | undefined): ChunkContext;
};

/** What the pipeline of a response takes from its call. */
export function pipelineParts<R>(state: CallState<R>, head: ResponseHead): CallParts<R> {
  const { call, answerState } = state;
  const { enforceStop, endOfStream, limits } = call.settings;
  const { status, headers } = head;
  const { parseRecordError } = call;
  const contextOf = (index: number, envelope: RecordEnvelope | undefined): ChunkContext => {
    return { index, status, headers, event: envelope?.event, state: answerState };
  };
  return {
    contextOf,
    parseChunk: (record, index, envelope) => call.parseChunk(record, contextOf(index, envelope)),
    parseRecordError:
      parseRecordError &&
      ((record, index, envelope) => parseRecordError(record, contextOf(index, envelope))),
    answer: state.answer,
    adapt: call.adapt,
    stop: enforceStop ? call.stop : [],
    endOfStream,
    redact: state.redact,
    maxResponseBytes: limits.maxResponseBytes,
  };
}

/** Gives the reader what came out of the pipeline. */
export function* give<R>(state: CallState<R>, deltas: readonly Delta[]): Effects<void> {
  if (deltas.length === 0) return;
  state.delivered = true;
  yield* emit(deltas);
}

/** Gives the reader what came out of the pipeline last, and what there is to say of the call, unless it failed. */
export function* giveLast<R>(
  state: CallState<R>,
  { failure }: { readonly failure: Error | undefined },
  deltas: readonly Delta[],
): Effects<void> {
  yield* give(state, failure === undefined ? state.report.closing(deltas) : deltas);
}
