import { TruncatedStreamError, type ModelStreamError } from "../../errors.js";
import { isBinary } from "../../formats/auto-format.js";
import type { Decoder, RecordEnvelope } from "../../formats/format.js";
import type { ResponseHead } from "../../transport/transport.js";
import type { CallState } from "../call/call-state.js";
import { callHook } from "../hooks/hook-call.js";
import { modelStreamError } from "../provider/model-stream-error.js";
import { recordError, silentError } from "../provider/record-error.js";
import { nameOf, valueOf } from "../provider/wire-record.js";
import { bodyValue } from "./body-value.js";
import { isPage, unexpectedContentType } from "./content-type.js";
import type { Effects } from "../effects.js";
import { giveLast } from "./give-deltas.js";
import { ResponseBody, decodeBody } from "./response-body.js";
import type { ChunkContext } from "../hooks/hook-types.js";
import { RecordStage, type RecordStageParts } from "../answer/record-stage.js";

/** A body that is one record has been decoded by then. */
const DECODED: Decoder<never> = { decode: () => [], flush: () => [] };

/** Reads an answer that comes in one piece. */
export function* wholeBody<R>(state: CallState<R>, head: ResponseHead): Effects<void> {
  yield* takeWhole(state, head, yield* readResponse(state, head));
}

/** The value of a body in one piece: parsed JSON where it is JSON, else its text. */
export function* readResponse<R>(
  { call, deadlines, report }: CallState<R>,
  head: ResponseHead,
): Effects<unknown> {
  const { limits } = call.settings;
  const contentType = head.headers["content-type"];
  const bytes = yield* new ResponseBody(contentType).whole(limits, () => deadlines.firstChunk());
  report.observer?.reading({ bytes: bytes.length, records: 1 });
  if (isPage(contentType, bytes) || isBinary(contentType, bytes)) {
    const start = decodeBody(bytes.subarray(0, limits.maxErrorBodyBytes));
    throw unexpectedContentType(call.format, contentType, start);
  }
  return bodyValue(decodeBody(bytes), contentType);
}

/**
 * The provider's error in a response that is none of the answer, but a step towards it.
 *
 * @param cause what the hook threw that read the step: then an error's fields alone make one.
 */
export function stepError<R>(
  state: CallState<R>,
  head: ResponseHead,
  body: unknown,
  cause?: unknown,
): ModelStreamError | undefined {
  const { parseRecordError } = stageParts(state, head);
  const ask = parseRecordError && (() => parseRecordError(body, state.steps, undefined));
  const verdict = ask && callHook("parseRecordError", ask);
  const find = cause === undefined ? recordError : silentError;
  const said = verdict === null ? undefined : verdict || find(valueOf(body), nameOf(body));
  return said ? modelStreamError(said, "in place of an answer", state.redact, cause) : undefined;
}

/** Takes an answer that is one value, by `parseResponse`. */
export function* takeWhole<R>(
  state: CallState<R>,
  head: ResponseHead,
  body: unknown,
): Effects<void> {
  const { call } = state;
  if (body === "") {
    throw new TruncatedStreamError(
      "the response is empty. An answer in one piece (streaming: false) has to have a body.",
    );
  }
  const { contextOf, ...parts } = stageParts<R>(state, head);
  state.answer.becomeWhole(call.responseHook);
  const stage = new RecordStage<unknown>({
    ...parts,
    parseChunk: (whole, index) => call.parseResponse(whole, contextOf(index, undefined)),
    decoder: DECODED,
  });
  yield* giveLast(state, stage, stage.whole(body));
  if (stage.failure !== undefined) throw stage.failure;
}

type CallParts<R> = Omit<RecordStageParts<R>, "decoder" | "parseRecordError"> & {
  readonly parseRecordError: RecordStageParts<unknown>["parseRecordError"];
  contextOf(index: number, envelope: RecordEnvelope | undefined): ChunkContext;
};

/** The parts that the stage of a response takes from its call. */
export function stageParts<R>(state: CallState<R>, head: ResponseHead): CallParts<R> {
  const { call } = state;
  const { status, headers } = head;
  const { parseRecordError } = call;
  const contextOf = (index: number, envelope: RecordEnvelope | undefined): ChunkContext => {
    return { index, status, headers, event: envelope?.event, state: state.answerState };
  };
  return {
    contextOf,
    parseChunk: (record, index, envelope) => {
      const context = contextOf(index, envelope);
      const result = call.parseChunk(record, context);
      state.keep(context);
      return result;
    },
    parseRecordError:
      parseRecordError &&
      ((record, index, envelope) => {
        const context = contextOf(index, envelope);
        const verdict = parseRecordError(record, context);
        state.keep(context);
        return verdict;
      }),
    answer: state.answer,
    maxResponseBytes: call.settings.limits.maxResponseBytes,
    promptTexts: call.promptTexts,
  };
}
