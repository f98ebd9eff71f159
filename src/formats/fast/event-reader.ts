/**
 * Finds the events of an `SseDecoder` in larger steps than lines: nearly every event is a line of data and an empty
 * one, and nearly every read of a live stream is one event. All others are read line by line. Data that is a known
 * record is read from its bytes, so that neither its end is searched for nor its text made. Benchmark: "Decoding".
 */
import { indexOfByte, utf8Text } from "../../runtime/node.js";
import type { BytesReader } from "../line-decoder.js";
import type { SseDecoder } from "../sse-decoder.js";
import { copyOf, type PredictingParser } from "../json/fast/predicting-parser.js";
import { Source } from "../json/fast/source.js";
import { EventNames, type EventLine } from "./event-names.js";
import { FEW_BYTES, isBetweenLines, LineReader, type LineSteps } from "./line-reader.js";

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const LOWER_E = 0x65;
const LEFT_BRACE = 0x7b;

/** The length of `data:`. */
const DATA_BYTES = 5;

/**
 * After a read with several events, so many reads are not tried as one event; a longer read never is, for a trial that
 * fails decodes it twice.
 */
const READS_OF_EVENTS = 16;
const LONGEST_EVENT = 4 * 1024;

/** Reads the bytes of one decoder. */
export class EventReader implements BytesReader, LineSteps {
  readonly #events: SseDecoder<unknown>;
  readonly #names: EventNames;
  readonly #lines: LineReader;
  /** Reads records that are like others. */
  readonly #known: PredictingParser | undefined;
  /** The bytes that are being read. */
  #source: Source | undefined;
  /** The same, once they are known to have no more line feeds. */
  #withoutLF: Uint8Array | undefined;
  /** The line that named an event last, if it is known. */
  #line: EventLine | undefined;
  /** Counts the reads that are not tried as one event. */
  #readsOfEvents = 0;

  constructor(events: SseDecoder<unknown>, names = new EventNames(), known?: PredictingParser) {
    this.#events = events;
    this.#names = names;
    this.#known = known;
    this.#lines = new LineReader(events, this);
  }

  get inRuns(): boolean {
    return this.#known === undefined;
  }

  read(bytes: Uint8Array): void {
    this.#read(bytes);
    this.#withoutLF = undefined;
  }

  #read(bytes: Uint8Array): void {
    const dataEnd = endOfLastLine(bytes);
    if (this.#known === undefined || (dataEnd === -1 && bytes.length <= FEW_BYTES)) {
      this.#readUnknown(bytes, dataEnd);
      return;
    }
    const events = this.#events;
    const isBetweenEvents = isBetweenLines(events) && !events.isInEvent;
    const copy = dataEnd !== -1 && isBetweenEvents ? copyOf(bytes) : undefined;
    const start = copy === undefined ? 0 : this.#readCopy(copy);
    if (start === 0) this.#readUnknown(bytes, dataEnd);
    else if (start < bytes.length) this.#readUnknown(bytes.subarray(start), dataEnd - start);
    this.#source = undefined;
    events.isNew = false;
  }

  /** Reads events as long as they are known; gives where the next line begins. */
  #readCopy(copy: Source): number {
    const { bytes } = copy;
    this.#source = copy;
    let at = 0;
    for (;;) {
      const data = dataStart(bytes, this.#readEventName(bytes, at));
      const next = data === -1 ? -1 : this.#readKnown(bytes, data);
      if (next === -1) return at;
      at = next;
    }
  }

  /** Reads an event, and its end, if its data is known that begins here; gives where the next line begins, or -1. */
  #readKnown(bytes: Uint8Array, data: number): number {
    const events = this.#events;
    const known = this.#known;
    if (known === undefined || bytes[data] !== LEFT_BRACE || !isRecord(events)) return -1;
    const source = this.#sourceOf(bytes);
    if (data > source.lastLineEnd) return -1;
    const trail = events.event === "" ? undefined : this.#line?.trail;
    const record = known.read(source, data, trail);
    events.isNew = record === undefined;
    if (record === undefined) return -1;
    const { end } = known;
    const next = behindEmptyLine(bytes, end);
    if (next === -1) return -1;
    events.checkData(end - data);
    events.emitIn(events.envelope, record);
    events.event = "";
    return next;
  }

  #sourceOf(bytes: Uint8Array): Source {
    const source = this.#source;
    return source?.bytes === bytes ? source : (this.#source = new Source(bytes));
  }

  /** Nearly every read of a live stream is one event of one line of data: of it nothing but the data is decoded. */
  #readUnknown(bytes: Uint8Array, dataEnd: number): void {
    const events = this.#events;
    const end = bytes.length;
    if (dataEnd === -1 || !isBetweenLines(events)) {
      this.#lines.read(bytes);
      return;
    }
    const at = this.#readEventName(bytes, 0);
    if (this.#readEvent(bytes, at, dataEnd)) return;
    const next = this.#readStep(bytes, at);
    if (next < end) this.#lines.read(next === 0 ? bytes : bytes.subarray(next));
  }

  /** Reads bytes that are an event from here on, of one line of data, whose end is not searched for. */
  #readEvent(bytes: Uint8Array, at: number, end: number): boolean {
    const events = this.#events;
    const start = dataStart(bytes, at);
    if (start === -1 || start > end || end > LONGEST_EVENT || events.isInEvent) return false;
    if (this.#readsOfEvents > 0) {
      this.#readsOfEvents--;
      return false;
    }
    const data = utf8Text(bytes, start, end);
    if (data.indexOf("\n") !== -1 || data.indexOf("\r") !== -1) {
      this.#readsOfEvents = READS_OF_EVENTS;
      return false;
    }
    events.checkData(end - start);
    events.endData(data, 0, data.length, false);
    events.event = "";
    return true;
  }

  /** Reads the line that begins here, if it names an event as an earlier one did; gives where the next one begins. */
  #readEventName(bytes: Uint8Array, start: number): number {
    const events = this.#events;
    if (bytes[start] !== LOWER_E || events.isInBare) return start;
    const source = this.#known === undefined ? undefined : this.#sourceOf(bytes);
    const line = this.#names.find(bytes, start, source);
    if (line === undefined) return start;
    this.#line = line;
    events.event = line.name;
    return start + line.byteLength;
  }

  /** Reads an event of one line of data, and the line that names it; gives where the next one begins. */
  #readStep(bytes: Uint8Array, start: number): number {
    const events = this.#events;
    const at = this.#readEventName(bytes, start);
    const data = dataStart(bytes, at);
    if (data === -1 || events.isInEvent) return at;
    const next = this.#readKnown(bytes, data);
    if (next !== -1) return next;
    // Not looked for at each line that ends with CR.
    if (this.#withoutLF === bytes) return at;
    const end = indexOfByte(bytes, LF, data);
    if (end === -1) this.#withoutLF = bytes;
    if (end === -1 || bytes[end + 1] !== LF) return at;
    const text = utf8Text(bytes, data, end);
    if (text.indexOf("\r") !== -1) return at;
    events.checkData(end - data);
    events.endData(text, 0, text.length, false);
    events.event = "";
    return end + 2;
  }

  readSteps(bytes: Uint8Array, start: number, until: number): number {
    const events = this.#events;
    let at = start;
    while (at < until && !events.ended) {
      const next = this.#readStep(bytes, at);
      if (next === at) break;
      at = next;
    }
    return at;
  }

  /** Nearly every event is a line of data and an empty one: also among others, these two are read in one step. */
  readLines(run: string, bytes: Uint8Array, at: number): number {
    const events = this.#events;
    let start = 0;
    while (start < run.length && !events.ended) {
      start = this.#readEventName(bytes, at + start) - at;
      const end = bytes[at + start] === LF ? start : run.indexOf("\n", start);
      if (end === -1) break;
      const data = dataStart(bytes, at + start) - at;
      if (data >= 0 && bytes[at + end + 1] === LF && !events.isInEvent) {
        events.checkData(end - data);
        events.endData(run, data, end, false);
        events.event = "";
        start = end + 2;
      } else {
        events.checkLength(end - start);
        events.readLine(run, start, end, end - start);
        start = end + 1;
      }
    }
    return start;
  }

  readTwoLines(run: string, bytes: Uint8Array, at: number, start: number, end: number): number {
    const events = this.#events;
    const data = dataStart(bytes, at + start) - at;
    if (data < 0 || events.isInEvent || !areTwoLineEnds(bytes, at + end)) return start;
    events.checkData(end - data);
    events.endData(run, data, end, false);
    events.event = "";
    return end + 4;
  }
}

/** Tells whether the data of the event is a record, if it is an object. */
function isRecord({ event, rules: { endMark } }: SseDecoder<unknown>): boolean {
  return !endMark.isObject && event !== "error" && !endMark.isName(event);
}

/** Finds the line behind an empty one, if a line ends here and that one follows; else -1. */
function behindEmptyLine(bytes: Uint8Array, end: number): number {
  if (end + 1 >= bytes.length) return -1;
  if (bytes[end] === LF) return bytes[end + 1] === LF ? end + 2 : -1;
  return areTwoLineEnds(bytes, end) ? end + 4 : -1;
}

/** Finds the end of the last line of bytes that end with an empty one; -1 for others. */
function endOfLastLine(bytes: Uint8Array): number {
  const { length } = bytes;
  if (bytes[length - 1] !== LF) return -1;
  if (bytes[length - 2] === LF) return length - 2;
  return length >= 4 && areTwoLineEnds(bytes, length - 4) ? length - 4 : -1;
}

/** Tells whether CRLF stands here twice. */
function areTwoLineEnds(bytes: Uint8Array, at: number): boolean {
  return (
    at + 3 < bytes.length &&
    bytes[at] === CR &&
    bytes[at + 1] === LF &&
    bytes[at + 2] === CR &&
    bytes[at + 3] === LF
  );
}

/** Finds the value of a line `data:…` that begins at `start`, -1 for any other line. */
function dataStart(bytes: Uint8Array, start: number): number {
  const isData =
    start + DATA_BYTES < bytes.length &&
    bytes[start] === 0x64 &&
    bytes[start + 1] === 0x61 &&
    bytes[start + 2] === 0x74 &&
    bytes[start + 3] === 0x61 &&
    bytes[start + 4] === COLON;
  if (!isData) return -1;
  const value = start + DATA_BYTES;
  return bytes[value] === SPACE ? value + 1 : value;
}
