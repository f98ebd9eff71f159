/**
 * Reads server-sent events line by line, as the WHATWG text says. Data of several lines is collected as bytes, so that
 * it costs no more memory than it has bytes, however short its lines are.
 *
 * Beyond that text it hears what servers say beside their events ({@link StrayLines}), all of which a browser would
 * drop without a word: a field line `error: …` is an event of that name, comments are the data of one that has
 * no other, a bare line of JSON or HTML (a gateway that failed, an answer that is no stream) ends the
 * stream with an error that shows it, and a stream whose last line is words was cut, and tells them.
 */
import { fastReaders } from "#runtime";
import { RecordTooLargeError } from "../errors.js";
import type { EndMark } from "./end-mark.js";
import type { EventNames } from "./fast/event-names.js";
import type { DecoderLimits, RecordEnvelope } from "./format.js";
import type { PredictingParser } from "./json/fast/predicting-parser.js";
import { BLANK, parseRecord } from "./json/record.js";
import { tryJson } from "./json/try-json.js";
import { LineDecoder } from "./line-decoder.js";
import { ownedText } from "./owned-text.js";
import { StrayLines } from "./stray-lines.js";
import { TextBuffer } from "./bytes/text-buffer.js";

/** One server-sent event. */
export interface SseEvent {
  /** Its name, `"message"` if the stream gives none. */
  readonly event: string;
  /** Its data; several lines are joined with LF. */
  readonly data: string;
  /** The last id of the stream so far, `""` before the first. */
  readonly id: string;
  /** The last reconnection time of the stream so far, in ms. */
  readonly retry: number | undefined;
  /** The stream ended before the event did: its blank line, and perhaps more, is missing. */
  readonly incomplete?: true;
}

/** The options, with every default filled in. */
interface SseRules {
  readonly endMark: EndMark;
  readonly strict: boolean;
  /** Of all streams of the format, where they are read fast. */
  readonly eventNames?: EventNames | undefined;
}

const SPACE = 0x20;

/** A field's name, and its value behind the colon and one space. */
const FIELD = /^([^:]*)(?:: ?(.*))?$/s;

/** The beginnings of a line of data, before the data and perhaps one space, and of one that names an event. */
const DATA = "data:";
const EVENT = "event:";

/** The name of an event that reports an error, by a convention that nearly all servers keep. */
const ERROR = "error";

/** Stands in place of an error, and says nothing. */
const NO_ERROR = /^(null|false|""|\{\s*\}|\s*)$/;

/** A bare line of a JSON value or of markup; no field's name begins like this. */
const BARE = /^\s*[{[<]/;

/** No field's name: words that a server wrote in the middle of a stream, of a failure as a rule. */
const WORDS = /\S\s+\S/;

/** Makes records of events. What has no `private` is for the fast readers, too. */
export abstract class SseDecoder<T> extends LineDecoder<T> {
  /** The name that the event was given; once it has data, the one that stands behind that, `undefined` for none. */
  event: string | undefined = "";
  markData: string | undefined;
  protected id = "";
  protected retry: number | undefined;

  /** The first line of the data so far; of several lines, all are kept as bytes. */
  #data: string | undefined;
  /** The name and the id that stood before the data. */
  #head!: readonly [name: string, id: string];
  readonly #dataLines = new TextBuffer();
  readonly #stray: StrayLines;
  /** The last line of words that is no field, and the number of records before it. */
  #words = "";
  #wordsAt = -1;
  #lastEnvelope: RecordEnvelope | undefined;
  /** Counts the lines that brought data, or were bare. */
  #brought = 0;

  constructor(
    { maxRecordBytes }: DecoderLimits,
    readonly rules: SseRules,
  ) {
    super({ carriageReturn: "ends", maxRecordBytes, overheadBytes: DATA.length + 1 });
    this.#stray = new StrayLines(maxRecordBytes);
    this.reader = fastReaders?.events(this, rules.eventNames);
  }

  /** Takes the data of an event that is not the end marker: a range of a text. */
  protected abstract dispatch(text: string, start: number, end: number, incomplete: boolean): void;

  /**
   * Says whether a line of data begins another event, though no blank line has ended the one before.
   *
   * @param first the first line of that one's data.
   * @param isAll it is the only one.
   */
  protected abstract beginsEvent(data: string, first: string, isAll: boolean): boolean;

  get strayWords(): string | undefined {
    return this.#wordsAt === this.count ? this.#words : undefined;
  }

  /** The name and id of the event, where it has any. Most events of a stream share theirs. */
  get envelope(): RecordEnvelope | undefined {
    const { event = "", id } = this;
    const lastEnvelope = this.#lastEnvelope;
    if (event === "" && id === "") return undefined;
    if ((lastEnvelope?.event ?? "") === event && lastEnvelope?.lastEventId === id)
      return lastEnvelope;
    const name = event === "" ? undefined : event;
    this.#lastEnvelope = { event: name, lastEventId: id };
    return this.#lastEnvelope;
  }

  protected override finish(): void {
    if (this.ended) return;
    this.#finishLine();
    if (this.rules.strict) this.#stray.endBare(this.count);
    else this.#endEvent(true);
  }

  /** Reads the line that has no end. One that brings no data, and is more than blanks, says that the bytes were cut. */
  #finishLine(): void {
    const brought = this.#brought;
    const isLine = !BLANK.test(this.unfinished.text());
    super.finish();
    if (isLine && this.#brought === brought) this.isCut = true;
  }

  /** Something has come of an event whose end has not. */
  get isInEvent(): boolean {
    return this.#data !== undefined || this.isInBare;
  }

  /** The lines are those of a bare value, whatever they begin with. */
  get isInBare(): boolean {
    return this.#stray.isInBare;
  }

  readLine(text: string, start: number, end: number, byteLength: number): void {
    if (start === end) {
      this.#endEvent(false);
    } else if (text.startsWith(DATA, start)) {
      const colon = start + DATA.length;
      const data = text.charCodeAt(colon) === SPACE ? colon + 1 : colon;
      this.#addData(text.slice(data, end), byteLength - (data - start));
    } else if (text.startsWith(EVENT, start) && !this.isInBare) {
      this.#readEventLine(text.slice(start, end));
    } else {
      this.#readField(text.slice(start, end));
    }
  }

  #readEventLine(line: string): void {
    const start = line.charCodeAt(EVENT.length) === SPACE ? EVENT.length + 1 : EVENT.length;
    // The stream must not hold the read that the name was cut out of.
    this.event = ownedText(line.slice(start));
    this.rules.eventNames?.add(ownedText(line), this.event);
  }

  #addData(data: string, byteLength: number): void {
    this.checkData(byteLength);
    const first = this.#data;
    if (first !== undefined) {
      if (this.rules.strict || !this.beginsEvent(data, first, this.#dataLines.length === 0)) {
        this.#addLine(first, data);
        return;
      }
      // A blank line is missing: what stands between the two lines of data is the head of the second.
      const { event = "", id } = this;
      [this.event, this.id] = this.#head;
      this.#endEvent(false);
      this.event = event;
      this.id = id;
    }
    if (data !== "") this.#brought++;
    this.#data = data;
    this.#head = [this.event ?? "", this.id];
    this.event = undefined;
  }

  checkData(byteLength: number): void {
    if (byteLength > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  #addLine(first: string, data: string): void {
    const dataLines = this.#dataLines;
    this.#brought++;
    if (dataLines.length === 0) dataLines.appendText(first);
    dataLines.appendText(`\n${data}`);
    this.checkData(dataLines.byteLength);
  }

  #readField(line: string): void {
    if (this.isInBare || BARE.test(line)) {
      this.#readBare(line);
      return;
    }
    const [, name, value = ""] = FIELD.exec(line) ?? [];
    switch (name) {
      case ERROR:
        if (NO_ERROR.test(value)) break;
        this.event = ERROR;
        this.#addData(value, value.length);
        break;
      case "":
        if (this.event === ERROR) this.#stray.addComment(value);
        break;
      case "data": // only without a colon
        this.#addData("", 0);
        break;
      case "event": // only without a colon
        this.event = "";
        break;
      case "id":
        if (!value.includes("\0")) this.id = ownedText(value);
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.retry = Number(value);
        break;
      default:
        if (WORDS.test(name ?? "")) {
          this.#words = ownedText(line);
          this.#wordsAt = this.count;
        }
    }
  }

  #readBare(line: string): void {
    if (this.#data !== undefined) this.#endEvent(false);
    this.#brought++;
    if (this.#stray.addBare(line)) this.#stray.endBare(this.count);
  }

  #endEvent(incomplete: boolean): void {
    this.#stray.endBare(this.count);
    const comments = this.#stray.takeComments();
    const dataLines = this.#dataLines;
    if (this.#data !== undefined) {
      const data = dataLines.length === 0 ? this.#data : dataLines.text();
      dataLines.clear();
      this.#data = undefined;
      this.event ??= this.#head[0];
      this.endData(data, 0, data.length, incomplete);
    } else if (this.event === ERROR) {
      // A browser would drop it, for it has no data; that the server failed is said by its name.
      this.endData(comments, 0, comments.length, incomplete);
    } else if (this.rules.endMark.isName(this.event)) {
      this.ended = true;
    }
    this.event = "";
  }

  endData(text: string, start: number, end: number, incomplete: boolean): void {
    const { endMark } = this.rules;
    if (endMark.isName(this.event) || endMark.isData(text, start, end)) {
      this.ended = true;
      this.markData = text.slice(start, end);
    } else {
      this.dispatch(text, start, end, incomplete);
    }
  }
}

/** The parsed data of each event. */
export class JsonSseDecoder<T> extends SseDecoder<T> {
  constructor(
    limits: DecoderLimits,
    rules: SseRules,
    private readonly predictor: PredictingParser | undefined,
  ) {
    super(limits, rules);
    if (predictor !== undefined) {
      this.reader = fastReaders?.events(this, rules.eventNames, predictor);
    }
  }

  /** One JSON value may be written over several lines. */
  protected beginsEvent(data: string, first: string, isAll: boolean): boolean {
    return isAll && tryJson(first) !== undefined && !BLANK.test(data);
  }

  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    const { envelope } = this;
    if (envelope?.event === ERROR) {
      const data = text.slice(start, end);
      const json = tryJson(data);
      this.emitIn(envelope, (json === undefined ? data : json) as T);
    } else if (start !== end) {
      const record = this.#parseData(text, start, end, incomplete);
      if (record !== undefined) this.emitIn(envelope, record as T);
    }
  }

  #parseData(text: string, start: number, end: number, incomplete: boolean): unknown {
    const place = { format: "sse", index: this.count, unfinished: incomplete };
    const { predictor, isNew } = this;
    this.isNew = false;
    return parseRecord(text.slice(start, end), place, predictor, isNew);
  }
}

/** Each event as it stands. */
export class RawSseDecoder extends SseDecoder<SseEvent> {
  /** Lines of text belong together, unless a name stands between them. */
  protected beginsEvent(): boolean {
    return this.event !== undefined;
  }

  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    const { id, retry } = this;
    const data = text.slice(start, end);
    const event = this.event || "message";
    const record = incomplete ? { event, data, id, retry, incomplete } : { event, data, id, retry };
    this.emitIn(this.envelope, record);
  }
}
