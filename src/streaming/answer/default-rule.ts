import type { RecordEnvelope } from "../../formats/format.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { saysError, saysFailure } from "../provider/failure-words.js";
import {
  failedState,
  failureAtEnd,
  isCalledError,
  recordError,
  silentError,
} from "../provider/record-error.js";

/**
 * The default rule: which record is the provider's error, where the author's `parseRecordError` does not say. What is
 * looked for depends on what `parseChunk` made of the record. Each gives the error, `undefined` for none.
 */
export const DEFAULT_RULE = {
  /** By what stands around the record. What the wire marks as an error is none of the answer, whatever is in it. */
  marked(envelope: RecordEnvelope | undefined): unknown {
    return envelope?.error;
  },

  /** Of a record on which `parseChunk` threw. */
  unread(record: unknown, event: string | undefined): ParsedError | undefined {
    return silentError(record, event);
  },

  /** Of a record of which nothing came, or only the end of the answer. */
  silent(result: unknown, record: unknown, event: string | undefined): ParsedError | undefined {
    const said = silentError(record, event) ?? failureAt(result, record);
    // An author who reads the provider's error says it better.
    return said === undefined || givesError(result) ? undefined : said;
  },

  /** Of a record of which a part of the answer came. */
  spoken(record: unknown, event: string | undefined): ParsedError | undefined {
    if (!isCalledError(record, event)) return undefined;
    return recordError(record, event) ?? { message: "" };
  },

  /** Of an answer in one piece that has been read: a job's text may be that of a failed one. */
  whole(record: unknown): ParsedError | undefined {
    return failedState(record);
  },
} as const;

/** The failure that a record tells at the end of the answer. */
function failureAt(result: unknown, record: unknown): ParsedError | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const { finishReason, done } = result as StreamDelta;
  if (done !== true && !finishReason) return undefined;
  return failureAtEnd(record, saysFailure(finishReason) ? finishReason : undefined);
}

function givesError(result: unknown): boolean {
  return typeof result === "object" && result !== null && saysError((result as StreamDelta).error);
}
