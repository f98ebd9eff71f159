import { hasFields } from "../../formats/fields.js";
import type { RecordEnvelope } from "../../formats/format.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import type { ParsedError } from "../hooks/hook-types.js";
import {
  failedState,
  failureAtEnd,
  failureBeside,
  failureIn,
  failureOf,
  failureOfLast,
  reasonIn,
} from "../provider/failed-answer.js";
import { saysError } from "../provider/failure-words.js";
import { isCalledError, recordError, silentError } from "../provider/record-error.js";
import { isFailureName } from "../provider/record-names.js";
import { WireContent } from "../provider/wire-content.js";
import { WireEnd } from "../provider/wire-end.js";
import { nameInLines, nameOf, valueOf } from "../provider/wire-record.js";
import type { AnswerProgress } from "./answer-progress.js";
import { isText } from "./hook-result.js";

/** The value of a record, and the name of its event. */
type ValueAndName = readonly [value: unknown, name: unknown];

const NOTHING: ValueAndName = [undefined, undefined];

/** How far the answer has come at its end, as its hooks tell it. */
type JudgedProgress = Pick<AnswerProgress, "content" | "finishReason" | "announced">;

/**
 * Judges the records of a response by what stands in them, whether or not the author's hooks read that: which of them
 * is the provider's error, and whether the answer's end came. What is looked for depends on what `parseChunk` made of
 * a record. Each judgement gives the error, `undefined` for none.
 *
 * A record of which the author says that it tells no failure counts as one that says nothing.
 */
export class RecordJudge {
  /** The record that is being judged. */
  #record: unknown;
  #event: string | undefined;
  /** The name of an event that is read line by line, until its data comes. */
  #lineName: string | undefined;
  #isExempt = false;
  /** The value and the name of the last record, where it was judged as a silent one. */
  #silent: ValueAndName = NOTHING;
  /** The last record of which content came, and what the hook made of it. */
  #spoken: unknown;
  #spokenEvent: string | undefined;
  #content: unknown;
  /** The end, as the records tell it. */
  readonly end = new WireEnd();
  /** The last finish reason in records that were silent, or of what a hook made of them. */
  reason: string | undefined;
  /** What the model says in records that were silent all the same. */
  readonly unread: WireContent;

  /** @param given the texts of the prompt. */
  constructor(given: () => readonly string[]) {
    this.unread = new WireContent(given);
  }

  /** Begins with the next record. Gives the error by which the wire marks it, whatever is in it. */
  begin(record: unknown, envelope: RecordEnvelope | undefined, isExempt: boolean): unknown {
    this.#record = isExempt ? undefined : record;
    const name = typeof record === "string" ? this.#nameByHand(record) : undefined;
    this.#event = isExempt ? undefined : (envelope?.event ?? name);
    this.#isExempt = isExempt;
    return isExempt ? undefined : envelope?.error;
  }

  /** That of an error is left: a text that shows the lines of events is an answer. */
  #nameByHand(lines: string): string | undefined {
    const name = nameInLines(lines) ?? this.#lineName;
    if (name === undefined) return undefined;
    this.#lineName = /^data:/m.test(lines) ? undefined : name;
    return isFailureName(name) ? undefined : name;
  }

  get #valueAndName(): ValueAndName {
    return [valueOf(this.#record), nameOf(this.#record, this.#event)];
  }

  /** The error of the record, on which `parseChunk` threw. */
  errorOfUnread(): ParsedError | undefined {
    return silentError(...this.#valueAndName);
  }

  /** The error of the record, which is silent: nothing came of it, or only the end of the answer. */
  errorOfSilent(result: unknown): ParsedError | undefined {
    const [value, name] = (this.#silent = this.#valueAndName);
    const { finishReason, done, error }: StreamDelta = hasFields(result) ? result : {};
    const reason = finishReason ? finishReason : reasonIn(value, name);
    this.reason = reason ?? this.reason;
    // An author who reads the provider's error says it better.
    if (this.#isExempt || saysError(error)) return undefined;
    return silentError(value, name, true) ?? failureIn(value, name, reason, done === true);
  }

  /** Notes what the record, which was silent, says of the answer and of its end, behind so many pieces of it. */
  noteSilent(pieces: number): void {
    this.end.takeSilent(...this.#silent, pieces);
    if (pieces === 0) this.unread.take(...this.#silent);
  }

  /** The error of the record, of which a part of the answer came. */
  errorOfSpoken(): ParsedError | undefined {
    if (!isCalledError(this.#record, this.#event)) return undefined;
    return recordError(...this.#valueAndName) ?? { message: "" };
  }

  /** Notes that a part of the answer came of the record. */
  noteSpoken(result: unknown): void {
    this.#silent = NOTHING;
    this.#spoken = this.#record;
    this.#spokenEvent = this.#event;
    this.#content = result;
  }

  /** The error of an answer in one piece that has been read: a job's text may be that of a failed one. */
  errorOfWhole(): ParsedError | undefined {
    return failedState(this.#record);
  }

  /**
   * The error of the last piece of the answer, of the data of the format's end marker, and of a record behind which
   * nothing came, where nobody announced an end. A finish reason that a hook reads is believed.
   */
  errorAtEnd(
    { content, finishReason, announced }: JudgedProgress,
    markData: string | undefined,
  ): ParsedError | undefined {
    const value = valueOf(this.#spoken);
    const name = nameOf(this.#spoken, this.#spokenEvent);
    // What is the text itself tells nothing else.
    const isPlain = isText(this.#content, this.#spoken);
    const facts = isPlain ? undefined : value;
    this.end.takeLast(facts, name, content);
    if (finishReason !== undefined) return failureOf(facts, finishReason);
    const failure = failureBeside(value, name, isPlain) ?? failureAtEnd(valueOf(markData));
    if (failure !== undefined || announced || this.end.isOver === true) return failure;
    return silentError(...this.#silent) ?? failureOfLast(...this.#silent);
  }
}
