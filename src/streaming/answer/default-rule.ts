import { hasFields } from "../../formats/fields.js";
import type { RecordEnvelope } from "../../formats/format.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { failedState, failureAtEnd, failureBeside, failureIn } from "../provider/failed-answer.js";
import { saysError } from "../provider/failure-words.js";
import { isCalledError, recordError, silentError } from "../provider/record-error.js";
import { nameOf, valueOf } from "../provider/wire-record.js";

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
    return silentError(valueOf(record), nameOf(record, event));
  },

  /** Of a record, by its value and its name, of which nothing came, or only the end of the answer. */
  silent(result: unknown, value: unknown, name: unknown): ParsedError | undefined {
    const delta: StreamDelta = hasFields(result) ? result : {};
    // An author who reads the provider's error says it better.
    if (saysError(delta.error)) return undefined;
    return silentError(value, name) ?? failureIn(value, name, delta);
  },

  /** Of a record of which a part of the answer came. */
  spoken(record: unknown, event: string | undefined): ParsedError | undefined {
    if (!isCalledError(record, event)) return undefined;
    return recordError(valueOf(record), nameOf(record, event)) ?? { message: "" };
  },

  /** Of an answer in one piece that has been read: a job's text may be that of a failed one. */
  whole(record: unknown): ParsedError | undefined {
    return failedState(record);
  },

  /** Of the last record of which a part of the answer came; `isText` says that it is the part. */
  last(value: unknown, name: unknown, isText: boolean): ParsedError | undefined {
    return failureBeside(value, name, isText);
  },

  /** Of the data of the event that is the format's end marker. */
  mark(data: string | undefined): ParsedError | undefined {
    return failureAtEnd(valueOf(data));
  },
} as const;
