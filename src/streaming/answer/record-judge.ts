import { hasFields } from "../../formats/fields.js";
import type { RecordEnvelope } from "../../formats/format.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { failedState, failureAtEnd, failureBeside, failureIn } from "../provider/failed-answer.js";
import { saysError } from "../provider/failure-words.js";
import { isCalledError, recordError, silentError } from "../provider/record-error.js";
import { WireEnd } from "../provider/wire-end.js";
import { nameOf, valueOf } from "../provider/wire-record.js";
import { isText } from "./hook-result.js";

/**
 * Judges the records of a response by what stands in them, whether or not the author's hooks read that: which of them
 * is the provider's error, and whether the answer's end came. What is looked for depends on what `parseChunk` made of
 * a record. Each judgement gives the error, `undefined` for none.
 *
 * A record of which the author says that it tells no failure is not judged.
 */
export class RecordJudge {
  /** The record that is being judged. */
  #record: unknown;
  #event: string | undefined;
  #isExempt = false;
  /** What it comes to, once it was asked for. */
  #value: unknown;
  #name: unknown;
  /** The last one of which content came, and what the hook made of it. */
  #spoken: unknown;
  #spokenEvent: string | undefined;
  #content: unknown;
  /** The end, as the records tell it. */
  readonly end = new WireEnd();

  /** Begins with the next record. What the wire marks as an error is none of the answer, whatever is in it. */
  begin(record: unknown, envelope: RecordEnvelope | undefined, isExempt: boolean): unknown {
    this.#record = record;
    this.#event = envelope?.event;
    this.#isExempt = isExempt;
    return isExempt ? undefined : envelope?.error;
  }

  /** Of the record, on which `parseChunk` threw. */
  unread(): ParsedError | undefined {
    if (this.#isExempt) return undefined;
    return silentError(valueOf(this.#record), nameOf(this.#record, this.#event));
  }

  /** Of the record, of which nothing came, or only the end of the answer. */
  silent(result: unknown): ParsedError | undefined {
    if (this.#isExempt) return undefined;
    const value = (this.#value = valueOf(this.#record));
    const name = (this.#name = nameOf(this.#record, this.#event));
    const delta: StreamDelta = hasFields(result) ? result : {};
    // An author who reads the provider's error says it better.
    if (saysError(delta.error)) return undefined;
    return silentError(value, name) ?? failureIn(value, name, delta);
  }

  /** Notes that it was {@link silent}, behind so many pieces of the answer. */
  noteSilent(pieces: number): void {
    if (!this.#isExempt) this.end.takeSilent(this.#value, this.#name, pieces);
  }

  /** Of the record, of which a part of the answer came. */
  spoken(): ParsedError | undefined {
    if (this.#isExempt || !isCalledError(this.#record, this.#event)) return undefined;
    return recordError(valueOf(this.#record), nameOf(this.#record, this.#event)) ?? { message: "" };
  }

  /** Notes that a part of the answer came of it. */
  noteSpoken(result: unknown): void {
    this.#spoken = this.#isExempt ? undefined : this.#record;
    this.#spokenEvent = this.#isExempt ? undefined : this.#event;
    this.#content = result;
  }

  /** Of an answer in one piece that has been read: a job's text may be that of a failed one. */
  whole(): ParsedError | undefined {
    return this.#isExempt ? undefined : failedState(this.#record);
  }

  /**
   * Of the last of so many pieces of the answer, and of the data of the format's end marker, where the hook reads no
   * finish reason: one that does is believed.
   */
  last(
    pieces: number,
    markData: string | undefined,
    isReasonRead: boolean,
  ): ParsedError | undefined {
    const value = valueOf(this.#spoken);
    const name = nameOf(this.#spoken, this.#spokenEvent);
    // What is the text itself tells nothing else.
    const isPlain = isText(this.#content, this.#spoken);
    this.end.takeLast(isPlain ? undefined : value, name, pieces);
    if (isReasonRead) return undefined;
    return failureBeside(value, name, isPlain) ?? failureAtEnd(valueOf(markData));
  }
}
