import { ChunkParseError, ResponseTooLargeError } from "../../errors.js";
import type { Decoder, RecordEnvelope } from "../../formats/format.js";
import type { AnswerRules } from "./answer-rules.js";
import type { Delta } from "../delta/delta.js";
import { atOnce, hookFailure } from "../hooks/hook-call.js";
import { silentError } from "../provider/record-error.js";
import { valueOf } from "../provider/wire-record.js";
import { asRecordError } from "../text/too-large.js";
import { checkedRecords } from "./decoder-check.js";
import { parseFailure, readingFailure } from "./hook-failure.js";
import { isNothing } from "./hook-result.js";
import { RecordJudge } from "./record-judge.js";

/** The parts of a stage: those of the response and its call, and the answer. */
export interface RecordStageParts<Record> {
  readonly decoder: Decoder<Record>;
  /** The author's hook that reads records, given each record, its index, and what stood around it. */
  readonly parseChunk: (
    record: Record,
    index: number,
    envelope: RecordEnvelope | undefined,
  ) => unknown;
  /**
   * The author's `parseRecordError`: the provider's error in a record, `null` for none, `undefined` for the default
   * rule.
   */
  readonly parseRecordError?:
    ((record: Record, index: number, envelope: RecordEnvelope | undefined) => unknown) | undefined;
  readonly maxResponseBytes: number;
  /** The texts of the prompt, which are none of the answer where a server repeats them. */
  readonly promptTexts?: (() => readonly string[]) | undefined;
  /** The rules of the answer, which may have begun with an earlier response. */
  readonly answer: AnswerRules;
}

/**
 * From bytes to deltas: decoder, `parseChunk`, the rules of an answer. A synchronous state machine without
 * I/O; both drivers push the bytes of one response and take the deltas that come out.
 *
 * A failure never swallows what came before it in the same bytes: {@link push} gives those deltas,
 * and {@link failure} says that they are the last. So the outcome does not depend on the cuts.
 */
export class RecordStage<Record> {
  readonly #parts: RecordStageParts<Record>;
  readonly #answer: AnswerRules;
  /** The number of bytes that have come, after decompression. */
  bytes = 0;
  /** The number of records that have come. */
  records = 0;
  /** The last record of which no content came. */
  #silent: unknown;
  readonly #judge: RecordJudge;
  /** The error that ended the stream, once the deltas before it are out. */
  failure: Error | undefined;
  /** The last event id that came with a record; `undefined` before the first, `""` where the stream took it back. */
  lastEventId: string | undefined;
  /** The body ended before its last record did, which was taken all the same. */
  endedInRecord = false;
  /** The body has ended: the record that is read now may have been cut. */
  #isRest = false;

  constructor(parts: RecordStageParts<Record>) {
    this.#parts = parts;
    this.#answer = parts.answer;
    this.#judge = new RecordJudge(parts.promptTexts ?? (() => []));
  }

  /** A stop sequence was found. */
  get stopped(): boolean {
    return this.#answer.stopped;
  }

  /** Nothing more is wanted: a stop sequence, or the format's own end marker, was found. */
  get finished(): boolean {
    const { decoder } = this.#parts;
    return this.stopped || (decoder.ended === true && decoder.judgesRest !== true);
  }

  /**
   * The answer is complete, as the provider or the format says, and nothing came that belies it: the rest is read for a
   * grace.
   */
  get ending(): boolean {
    const { announced, wentOn } = this.#answer.progress;
    return (announced && !wentOn) || this.#parts.decoder.ended === true;
  }

  /** Grows with every record that held a part of the answer itself. */
  get content(): number {
    return this.#answer.progress.content;
  }

  /** Grows with every record that said something. */
  get news(): number {
    return this.#answer.progress.news;
  }

  /** Takes the next bytes of the response and gives the deltas that they complete. */
  push(bytes: Uint8Array): readonly Delta[] {
    try {
      const { decoder, maxResponseBytes } = this.#parts;
      const room = maxResponseBytes - this.bytes;
      this.bytes += bytes.length;
      const fits = bytes.length <= room;
      this.#takeRecords(decoder.decode(fits ? bytes : bytes.subarray(0, room)));
      if (!fits && !this.finished) throw new ResponseTooLargeError(maxResponseBytes);
    } catch (error) {
      this.#fail(error);
    }
    return this.#answer.takeDeltas();
  }

  /** Says that the response is complete, or not wanted further, and gives the last deltas. */
  end(): readonly Delta[] {
    return this.#close(() => {
      if (!this.finished) this.#takeRest();
    });
  }

  /** Ends an answer that is complete though its body has not ended: a record that is half there is left. */
  endEarly(): readonly Delta[] {
    return this.#close(() => undefined);
  }

  /** Takes an answer that came in one piece, in place of bytes. */
  whole(body: Record): readonly Delta[] {
    return this.#close(() => {
      this.#take(body, undefined);
    });
  }

  #fail(error: unknown): void {
    const own = error instanceof Error ? asRecordError(error, undefined, this.records - 1) : error;
    this.failure = this.#asProviderError(error) ?? hookFailure("format", own);
  }

  /** Servers write their errors without regard to the format: what it cannot read may be one. */
  #asProviderError(error: unknown): Error | undefined {
    if (!ChunkParseError.isInstance(error) || typeof error.record !== "string") return undefined;
    const said = silentError(valueOf(error.record));
    return said && this.#answer.providerError(said, error);
  }

  #takeRecords(records: Iterable<Record>): void {
    const { decoder } = this.#parts;
    let at = 0;
    for (const record of checkedRecords(records)) {
      // Read here: a decoder that is a generator has none before its first record.
      this.#take(record, decoder.envelopes?.[at++]);
      if (this.stopped) return;
    }
  }

  #takeRest(): void {
    const before = this.records;
    this.#isRest = true;
    this.#takeRecords(this.#parts.decoder.flush());
    this.endedInRecord = this.records > before;
  }

  #take(record: Record, envelope: RecordEnvelope | undefined): void {
    const index = this.records++;
    const id = envelope?.lastEventId ?? "";
    if (id !== "" || this.lastEventId !== undefined) this.lastEventId = id;
    const verdict = this.#askForError(record, index, envelope);
    if (verdict) throw this.#answer.providerError(verdict);
    this.#throwIfSaid(this.#judge.begin(record, envelope, verdict === null));
    const result = this.#parse(record, index, envelope);
    try {
      this.#takeResult(result, record);
    } catch (error) {
      throw readingFailure(this.#answer.hook, error, record, index);
    }
  }

  #parse(record: Record, index: number, envelope: RecordEnvelope | undefined): unknown {
    try {
      return this.#parts.parseChunk(record, index, envelope);
    } catch (error) {
      this.#throwIfSaid(this.#judge.errorOfUnread(), error);
      if (isNothing(record, error)) return undefined;
      throw parseFailure(this.#answer.hook, error, record, index, this.#isRest);
    }
  }

  #takeResult(result: unknown, record: Record): void {
    const judge = this.#judge;
    if (!this.#answer.hasPartIn(result)) {
      this.#takeSilent(result, record);
    } else {
      this.#throwIfSaid(judge.errorOfSpoken());
      judge.noteSpoken(result);
      this.#answer.take(result);
    }
    if (this.#answer.isWhole) this.#throwIfSaid(judge.errorOfWhole());
  }

  #takeSilent(result: unknown, record: Record): void {
    const judge = this.#judge;
    this.#silent = record;
    this.#throwIfSaid(judge.errorOfSilent(result));
    const { content } = this;
    this.#answer.take(result);
    // A text that grows shows only now whether there is more of it.
    if (this.content > content) judge.noteSpoken(result);
    else judge.noteSilent(content);
  }

  #askForError(record: Record, index: number, envelope: RecordEnvelope | undefined): unknown {
    const { parseRecordError } = this.#parts;
    if (!parseRecordError) return undefined;
    try {
      return atOnce("parseRecordError", parseRecordError(record, index, envelope));
    } catch (error) {
      if (isNothing(record, error)) return undefined;
      throw parseFailure("parseRecordError", error, record, index);
    }
  }

  #throwIfSaid(said: unknown, cause?: unknown): void {
    if (said !== undefined) throw this.#answer.providerError(said, cause);
  }

  /** The last piece of an answer, and the end marker, say that it failed, whether the hook reads that or not. */
  #checkLast(): void {
    if (this.stopped) return;
    this.#throwIfSaid(this.#judge.errorAtEnd(this.#answer.progress, this.#parts.decoder.markData));
  }

  /** Takes the last of the answer, and gives what its end brings. */
  #close(takeLast: () => void): readonly Delta[] {
    const judge = this.#judge;
    try {
      takeLast();
      this.#checkLast();
      this.#answer.end({
        count: this.records,
        format: this.#parts.decoder,
        wire: judge.end,
        reason: judge.reason,
        unread: judge.unread.found,
        last: this.#silent,
      });
    } catch (error) {
      this.#fail(error);
    }
    return this.#answer.takeDeltas();
  }
}
