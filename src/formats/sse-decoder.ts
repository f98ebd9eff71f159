/**
 * Reads server-sent events line by line, as the WHATWG text says. Data of one line is left where it
 * stands in the text that was read; data of several lines is collected as bytes, so that it costs no
 * more memory than it has bytes, however short its lines are.
 *
 * Beyond that text it hears what servers say beside their events, all of which a browser would drop
 * without a word: a field line `error: …` is an event of that name, and a bare line of JSON or HTML (a
 * gateway that failed, an answer that is no stream) ends the stream with an error that shows it.
 */
import { indexOfByte, utf8Text } from "#runtime";
import { RecordTooLargeError } from "../errors.js";
import type { EventLine, EventNames } from "./event-names.js";
import type { DecoderLimits, RecordEnvelope } from "./format.js";
import { copyOf, type PredictingParser } from "./json/fast/predicting-parser.js";
import type { Trail } from "./json/fast/shape.js";
import { Source } from "./json/fast/source.js";
import { BLANK, isJson, malformed, parseRecord } from "./json/record.js";
import { LineDecoder } from "./line-decoder.js";
import { FEW_BYTES } from "./bytes/byte-buffer.js";
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

/** How to read, with every default filled in. */
interface SseRules {
  readonly raw: boolean;
  readonly done: string | false;
  /** The name of the event that ends the stream. */
  readonly doneEvent?: string | undefined;
  readonly strict: boolean;
  /** Of all streams of the format. */
  readonly eventNames: EventNames;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const LOWER_E = 0x65;
const LEFT_BRACE = 0x7b;

/** A field's name, and its value behind the colon and one space. */
const FIELD = /^([^:]*)(?:: ?(.*))?$/s;

/** What a line of data begins with, before the data and perhaps one space, and one that names an event. */
const DATA = "data:";
const EVENT = "event:";

/** The name of an event that reports an error, by a convention that nearly all servers keep. */
const ERROR = "error";

/** What is said in place of an error: nothing. */
const NO_ERROR = /^(null|false|""|\{\s*\}|\s*)$/;

/** A bare line of a JSON value or of markup; no field's name begins like this. */
const BARE = /^\s*[{[<]/;

/** What may stand around the end marker. */
const MARK = /^\s*"?(.*?)"?\s*$/s;
const LONGEST_AROUND_MARK = 16;

/** How many reads to take for several events once one was; and so are longer ones, for all of it would be decoded twice. */
const READS_OF_EVENTS = 16;
const LONGEST_EVENT = 4 * 1024;

abstract class SseDecoder<T> extends LineDecoder<T> {
  protected event = "";
  /** The line that named it last, if it is known. */
  protected line: EventLine | undefined;
  protected id = "";
  protected retry: number | undefined;

  /** The data so far: of one line as a range of a text, of several lines as bytes. */
  private text: string | undefined;
  private start = 0;
  private end = 0;
  private readonly dataLines = new TextBuffer();
  /** Bare lines so far, `""` for none. */
  private bare = "";
  private lastEnvelope: RecordEnvelope | undefined;
  /** How many reads not to try as one event. */
  private readsOfEvents = 0;

  constructor(
    { maxRecordBytes }: DecoderLimits,
    protected readonly rules: SseRules,
    inRuns = true,
  ) {
    super({ carriageReturn: "ends", maxRecordBytes, overheadBytes: DATA.length + 1, inRuns });
  }

  /** Takes the data of an event that is not the end marker: a range of a text. */
  protected abstract dispatch(text: string, start: number, end: number, incomplete: boolean): void;

  /** Says whether a line of data is an event of its own, though no blank line ends it. */
  protected abstract isWholeEvent(data: string): boolean;

  /** The name and id of the event, where it has any. Most events of a stream share theirs. */
  protected get envelope(): RecordEnvelope | undefined {
    const { event, id, lastEnvelope } = this;
    if (event === "" && id === "") return undefined;
    if ((lastEnvelope?.event ?? "") === event && lastEnvelope?.lastEventId === id)
      return lastEnvelope;
    const name = event === "" ? undefined : event;
    this.lastEnvelope = { event: name, lastEventId: id };
    return this.lastEnvelope;
  }

  /** Nearly every read of a live stream is one event of one line of data: of it nothing but the data is decoded. */
  protected override read(bytes: Uint8Array): void {
    const end = bytes.length;
    const dataEnd = endOfLastLine(bytes);
    if (dataEnd === -1 || !this.isBetweenLines) {
      super.read(bytes);
      return;
    }
    const at = this.readEventName(bytes, 0);
    if (this.readEvent(bytes, at, dataEnd)) return;
    const next = this.readStep(bytes, at);
    if (next < end) super.read(next === 0 ? bytes : bytes.subarray(next));
  }

  /** Reads bytes that are an event from here on, of one line of data, whose end is not searched for. */
  private readEvent(bytes: Uint8Array, at: number, end: number): boolean {
    const start = dataStart(bytes, at);
    if (start === -1 || start > end || end > LONGEST_EVENT || this.isInEvent) return false;
    if (this.readsOfEvents > 0) {
      this.readsOfEvents--;
      return false;
    }
    const data = utf8Text(bytes, start, end);
    if (data.indexOf("\n") !== -1 || data.indexOf("\r") !== -1) {
      this.readsOfEvents = READS_OF_EVENTS;
      return false;
    }
    this.checkData(end - start);
    this.endData(data, 0, data.length, false);
    this.event = "";
    return true;
  }

  /** What stands in the bytes, where that is compared with more than a line's name. */
  protected sourceOf(_bytes: Uint8Array): Source | undefined {
    return undefined;
  }

  /** Reads the line that begins here, if it names an event as an earlier one did; gives where the next one begins. */
  protected readEventName(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== LOWER_E || this.bare !== "") return start;
    const line = this.rules.eventNames.find(bytes, start, this.sourceOf(bytes));
    if (line === undefined) return start;
    this.event = line.name;
    this.line = line;
    return start + line.byteLength;
  }

  /** Reads an event of one line of data, and the line that names it; gives where the next one begins. */
  private readStep(bytes: Uint8Array, start: number): number {
    const at = this.readEventName(bytes, start);
    const data = dataStart(bytes, at);
    if (data === -1 || this.isInEvent) return at;
    const next = this.readKnown(bytes, data);
    if (next !== -1) return next;
    const end = indexOfByte(bytes, LF, data);
    if (end === -1 || bytes[end + 1] !== LF) return at;
    const text = utf8Text(bytes, data, end);
    if (text.indexOf("\r") !== -1) return at;
    this.checkData(end - data);
    this.endData(text, 0, text.length, false);
    this.event = "";
    return end + 2;
  }

  /** Reads an event of one line of data, and its end, if the data is known that begins here; gives where the next line begins, or -1. */
  protected readKnown(_bytes: Uint8Array, _data: number): number {
    return -1;
  }

  protected override readSteps(bytes: Uint8Array, start: number, until: number): number {
    let at = start;
    while (at < until && !this.ended) {
      const next = this.readStep(bytes, at);
      if (next === at) break;
      at = next;
    }
    return at;
  }

  protected override finish(): void {
    if (this.ended) return;
    super.finish();
    if (this.rules.strict) this.endBare();
    else this.endEvent(true);
  }

  /** The next byte begins an event, or a line that names one. */
  protected get isBetweenEvents(): boolean {
    return this.isBetweenLines && !this.isInEvent;
  }

  /** Something has come of an event whose end has not. */
  private get isInEvent(): boolean {
    return this.text !== undefined || this.bare !== "";
  }

  /** Nearly every event is a line of data and an empty one: also among others, these two are read in one step. */
  protected override readLines(run: string, bytes: Uint8Array, at: number): number {
    let start = 0;
    while (start < run.length && !this.ended) {
      start = this.readEventName(bytes, at + start) - at;
      const end = bytes[at + start] === LF ? start : run.indexOf("\n", start);
      if (end === -1) break;
      const data = dataStart(bytes, at + start) - at;
      if (data >= 0 && bytes[at + end + 1] === LF && !this.isInEvent) {
        this.checkData(end - data);
        this.endData(run, data, end, false);
        this.event = "";
        start = end + 2;
      } else {
        this.checkLength(end - start);
        this.readLine(run, start, end, end - start);
        start = end + 1;
      }
    }
    return start;
  }

  protected override readTwoLines(
    run: string,
    bytes: Uint8Array,
    at: number,
    start: number,
    end: number,
  ): number {
    const data = dataStart(bytes, at + start) - at;
    if (data < 0 || this.isInEvent || !areTwoLineEnds(bytes, at + end)) return start;
    this.checkData(end - data);
    this.endData(run, data, end, false);
    this.event = "";
    return end + 4;
  }

  protected readLine(text: string, start: number, end: number, byteLength: number): void {
    if (start === end) {
      this.endEvent(false);
    } else if (text.startsWith(DATA, start)) {
      const colon = start + DATA.length;
      const data = text.charCodeAt(colon) === SPACE ? colon + 1 : colon;
      this.addData(text, data, end, byteLength - (data - start));
    } else if (text.startsWith(EVENT, start) && this.bare === "") {
      this.readEventLine(text.slice(start, end));
    } else {
      this.readField(text.slice(start, end));
    }
  }

  private readEventLine(line: string): void {
    const start = line.charCodeAt(EVENT.length) === SPACE ? EVENT.length + 1 : EVENT.length;
    // A copy, for the stream must not hold the read that the name was cut out of.
    const name = ` ${line.slice(start)}`.slice(1);
    this.event = name;
    this.rules.eventNames.add(` ${line}`.slice(1), name);
  }

  private addData(text: string, start: number, end: number, byteLength: number): void {
    this.checkData(byteLength);
    if (this.text === undefined) {
      this.text = text;
      this.start = start;
      this.end = end;
    } else if (this.isMissingBlankLine(text, start, end)) {
      this.endEvent(false);
      this.addData(text, start, end, byteLength);
    } else {
      this.addLine(this.text.slice(this.start, this.end), text.slice(start, end));
    }
  }

  /** The data so far is whole, and no more can belong to it: the server left out the blank line between two events. */
  private isMissingBlankLine(text: string, start: number, end: number): boolean {
    if (this.rules.strict || this.dataLines.length > 0 || this.text === undefined) return false;
    const first = this.text.slice(this.start, this.end);
    return this.isWholeEvent(first) && !BLANK.test(text.slice(start, end));
  }

  protected checkData(byteLength: number): void {
    if (byteLength > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  private addLine(first: string, data: string): void {
    const { dataLines } = this;
    if (dataLines.length === 0) dataLines.appendText(first);
    dataLines.appendText(`\n${data}`);
    this.checkData(dataLines.byteLength);
  }

  private readField(line: string): void {
    if (this.bare !== "" || BARE.test(line)) {
      this.readBare(line);
      return;
    }
    const [, name, value = ""] = FIELD.exec(line) ?? [];
    switch (name) {
      case ERROR:
        if (NO_ERROR.test(value)) break;
        this.addData(value, 0, value.length, value.length);
        this.event = ERROR;
        break;
      case "data": // only without a colon
        this.addData("", 0, 0, 0);
        break;
      case "event": // only without a colon
        this.event = "";
        break;
      case "id":
        if (!value.includes("\0")) this.id = ` ${value}`.slice(1);
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.retry = Number(value);
    }
  }

  /** A value may be pretty-printed over many lines: it ends where it is whole, at a blank line, or with the stream. */
  private readBare(line: string): void {
    if (this.text !== undefined) this.endEvent(false);
    this.bare += `${line}\n`;
    if (this.bare.length > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
    if (/^\s*[{[].*[}\]]\s*$/s.test(line) && isJson(this.bare)) this.endBare();
  }

  private endBare(): void {
    const { bare } = this;
    if (bare === "") return;
    this.bare = "";
    const isMarkup = bare.trimStart().startsWith("<");
    const hint = isMarkup
      ? "This looks like HTML or XML: a gateway may have failed in the middle of the stream."
      : "If the stream is JSON lines, use jsonLines(); if it is one JSON value, set streaming: false.";
    const place = { format: "sse", index: this.count };
    throw malformed(bare.trim(), place, 'expected a field such as "data:"', { hint });
  }

  private endEvent(incomplete: boolean): void {
    this.endBare();
    const { text, dataLines } = this;
    if (text !== undefined) {
      this.text = undefined;
      if (dataLines.length === 0) {
        this.endData(text, this.start, this.end, incomplete);
      } else {
        const data = dataLines.text();
        dataLines.clear();
        this.endData(data, 0, data.length, incomplete);
      }
    } else if (this.event === ERROR) {
      // A browser would drop it, for it has no data; that the server failed is said by its name.
      this.endData("", 0, 0, incomplete);
    } else if (this.isDoneEvent) {
      this.ended = true;
    }
    this.event = "";
  }

  protected get isDoneEvent(): boolean {
    return this.event !== "" && this.event === this.rules.doneEvent;
  }

  private endData(text: string, start: number, end: number, incomplete: boolean): void {
    if (this.isDone(text, start, end)) this.ended = true;
    else this.dispatch(text, start, end, incomplete);
  }

  /** Some servers write blanks around the mark, or the mark as a JSON text. */
  private isDone(text: string, start: number, end: number): boolean {
    if (this.isDoneEvent) return true;
    const { done } = this.rules;
    if (done === false) return false;
    const around = end - start - done.length;
    if (around < 0 || around > LONGEST_AROUND_MARK) return false;
    const data = text.slice(start, end);
    return data === done || (around > 0 && MARK.exec(data)?.[1] === done);
  }
}

/** Where the line begins behind an empty one, if a line ends here and that one follows; else -1. */
function behindEmptyLine(bytes: Uint8Array, end: number): number {
  if (bytes[end] === LF) return bytes[end + 1] === LF ? end + 2 : -1;
  return areTwoLineEnds(bytes, end) ? end + 4 : -1;
}

/** Where the last line ends of bytes that end with an empty one; -1 for others. */
function endOfLastLine(bytes: Uint8Array): number {
  const { length } = bytes;
  if (bytes[length - 1] !== LF) return -1;
  if (bytes[length - 2] === LF) return length - 2;
  return length >= 4 && areTwoLineEnds(bytes, length - 4) ? length - 4 : -1;
}

/** Whether CRLF stands here twice. */
function areTwoLineEnds(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR && bytes[at + 3] === LF;
}

/** Where the value begins of a line `data:…` that begins at `start`, -1 for any other line. */
function dataStart(bytes: Uint8Array, start: number): number {
  const isData =
    bytes[start] === 0x64 &&
    bytes[start + 1] === 0x61 &&
    bytes[start + 2] === 0x74 &&
    bytes[start + 3] === 0x61 &&
    bytes[start + 4] === COLON;
  if (!isData) return -1;
  const value = start + DATA.length;
  return bytes[value] === SPACE ? value + 1 : value;
}

/** The parsed data of each event. */
export class JsonSseDecoder<T> extends SseDecoder<T> {
  /** What is being read. */
  private source: Source | undefined;
  /** The next record has been compared with all that are known. */
  private isNew = false;
  private readonly mayPredict: boolean;

  constructor(
    limits: DecoderLimits,
    rules: SseRules,
    private readonly predictor: PredictingParser | undefined,
  ) {
    super(limits, rules, predictor === undefined);
    // A mark that looks like a record is not one.
    this.mayPredict = rules.done === false || !rules.done.includes("{");
  }

  protected isWholeEvent(data: string): boolean {
    return isJson(data);
  }

  protected override read(bytes: Uint8Array): void {
    const isWhole = endOfLastLine(bytes) !== -1;
    if (this.predictor === undefined || (!isWhole && bytes.length <= FEW_BYTES)) {
      super.read(bytes);
      return;
    }
    const copy = isWhole && this.isBetweenEvents ? copyOf(bytes) : undefined;
    const start = copy === undefined ? 0 : this.readCopy(copy);
    if (start < bytes.length) super.read(start === 0 ? bytes : bytes.subarray(start));
    this.source = undefined;
    this.isNew = false;
  }

  protected override sourceOf(bytes: Uint8Array): Source | undefined {
    const { source } = this;
    if (this.predictor === undefined || source?.bytes === bytes) return source;
    return (this.source = new Source(bytes));
  }

  /** Reads events of a copy as long as they are known; gives where the next line begins. */
  private readCopy(copy: Source): number {
    const { bytes } = copy;
    this.source = copy;
    let at = 0;
    for (;;) {
      const name = this.readEventName(bytes, at);
      const data = dataStart(bytes, name);
      const next = data === -1 ? -1 : this.readKnown(bytes, data);
      if (next === -1) return at;
      at = next;
    }
  }

  protected override readKnown(bytes: Uint8Array, data: number): number {
    const { predictor, event } = this;
    const source = this.sourceOf(bytes);
    if (predictor === undefined || source === undefined || bytes[data] !== LEFT_BRACE) return -1;
    if (!this.mayPredict || event === ERROR || this.isDoneEvent) return -1;
    const record = predictor.read(source, data, this.trail);
    this.isNew = record === undefined;
    if (record === undefined) return -1;
    const { end } = predictor;
    const next = behindEmptyLine(bytes, end);
    if (next === -1) return -1;
    this.checkData(end - data);
    const { envelope } = this;
    if (envelope === undefined) this.emit(record as T);
    else this.emitIn(envelope, record as T);
    this.event = "";
    return next;
  }

  /** Records of events with the same name are alike. */
  private get trail(): Trail | undefined {
    return this.event === "" ? undefined : this.line?.trail;
  }

  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    const { envelope } = this;
    if (envelope === undefined) {
      if (start === end) return;
      const record = this.parseData(text, start, end, incomplete);
      if (record !== undefined) this.emit(record as T);
    } else if (envelope.event === ERROR) {
      const data = text.slice(start, end);
      this.emitIn(envelope, (isJson(data) ? JSON.parse(data) : data) as T);
    } else if (start !== end) {
      const record = this.parseData(text, start, end, incomplete);
      if (record !== undefined) this.emitIn(envelope, record as T);
    }
  }

  private parseData(text: string, start: number, end: number, incomplete: boolean): unknown {
    const place = { format: "sse", index: this.count, unfinished: incomplete };
    const { predictor, isNew } = this;
    this.isNew = false;
    return parseRecord(text.slice(start, end), place, predictor, isNew);
  }
}

/** Each event as it stands. */
export class RawSseDecoder extends SseDecoder<SseEvent> {
  /** Lines of plain text belong together. */
  protected isWholeEvent(): boolean {
    return false;
  }

  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    const { id, retry, envelope } = this;
    const data = text.slice(start, end);
    const event = this.event || "message";
    const record = incomplete ? { event, data, id, retry, incomplete } : { event, data, id, retry };
    if (envelope === undefined) this.emit(record);
    else this.emitIn(envelope, record);
  }
}
