/**
 * Finds lines in bytes that may be cut anywhere, one after the other.
 *
 * Three ways to read give the same lines; which one is taken depends on what it costs. A call into
 * C++ costs as much as looking at a few dozen bytes, so a read of few bytes goes byte by byte into
 * a {@link TextBuffer}. A larger read is decoded in runs, and its lines are cut out of these. Where
 * a byte is not ASCII, lines are searched for as bytes and decoded one by one, since bytes and
 * characters no longer have the same indexes. No way ever splits a character: the bytes of LF and
 * CR are never part of another one.
 *
 * A string that V8 cuts out of another keeps that one alive: a line its whole run. Lines are read and
 * dropped; what a reader may keep is copied where it leaves the pipeline (`ownedText`).
 */
import { asciiText, indexOfByte, utf8Text } from "#runtime";
import { RecordTooLargeError } from "../errors.js";
import { FEW_BYTES } from "./bytes/byte-buffer.js";
import { RecordDecoder } from "./record-decoder.js";
import { TextBuffer } from "./bytes/text-buffer.js";

const LF = 0x0a;
const CR = 0x0d;

/** Longer runs are not faster, and hold more (measured); shorter ones are, where now and then a byte is not ASCII. */
const LONGEST_RUN = 32 * 1024;
const SHORTEST_RUN = 1024;

/** How many reads to go without runs once so many short ones in a row were not ASCII, or one had no whole line. */
const READS_WITHOUT_RUNS = 16;
const MOST_FAILURES = 4;

/** What ends a line, and how long it may be. */
export interface LineRules {
  /** Lines end at CR, LF and CRLF (`"ends"`), or at LF and CRLF, and a lone CR is content. */
  readonly carriageReturn: "ends" | "content";
  /** The most bytes of one record. */
  readonly maxRecordBytes: number;
  /** How many bytes of a line are no part of the record, a field's name for example. Default: 0. */
  readonly overheadBytes?: number;
  /** Many lines are decoded at once. Default: true; false where most are read in steps, which are not decoded. */
  readonly inRuns?: boolean;
}

/** Makes records of lines, until it has `ended`. */
export abstract class LineDecoder<T> extends RecordDecoder<T> {
  /** The format's own end marker has been read: what follows is not. */
  ended = false;
  protected readonly maxRecordBytes: number;
  private readonly endsAtCR: boolean;
  private readonly maxLineBytes: number;
  private readonly inRuns: boolean;
  /** The beginning of a line whose end has not come. */
  private readonly unfinished = new TextBuffer();
  /** The last line ended with a CR at the end of a read: a LF that follows is part of its end. */
  private skipsLF = false;
  private readsWithoutRuns = 0;
  private runBytes = LONGEST_RUN;
  /** How many of the shortest runs in a row were not ASCII. */
  private failures = 0;

  constructor({ carriageReturn, maxRecordBytes, overheadBytes = 0, inRuns = true }: LineRules) {
    super();
    this.endsAtCR = carriageReturn === "ends";
    this.maxRecordBytes = maxRecordBytes;
    this.maxLineBytes = maxRecordBytes + overheadBytes;
    this.inRuns = inRuns;
  }

  /** The next byte begins a line. */
  protected get isBetweenLines(): boolean {
    return this.unfinished.length === 0 && !this.skipsLF && !this.ended;
  }

  /** Reads the line that stands in `text` from `start` to `end`. `byteLength` is its length on the wire. */
  protected abstract readLine(text: string, start: number, end: number, byteLength: number): void;

  protected read(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.ended) return;
    const start = this.skipsLF && bytes[0] === LF ? 1 : 0;
    this.skipsLF = false;
    if (bytes.length <= FEW_BYTES) this.readFew(bytes, start);
    else this.readMany(bytes, start);
  }

  /** Reads what stands behind the last line end, if anything does. */
  protected finish(): void {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    if (byteLength === 0 || this.ended) return;
    const line = unfinished.text();
    unfinished.clear();
    this.checkLength(byteLength);
    this.readLine(line, 0, line.length, byteLength);
  }

  private readFew(bytes: Uint8Array, start: number): void {
    const { unfinished } = this;
    let at = start;
    while ((at = unfinished.appendAbove(CR, bytes, at)) < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === LF || (byte === CR && this.endsAtCR)) {
        this.endUnfinished();
        if (this.ended) return;
        at = this.nextLine(bytes, at);
      } else {
        unfinished.push(byte);
        at++;
      }
    }
    if (unfinished.byteLength > this.maxLineBytes) this.checkUnfinished();
  }

  private readMany(bytes: Uint8Array, start: number): void {
    if (!this.inRuns) {
      this.readBytes(bytes, start, bytes.length);
      return;
    }
    if (this.readsWithoutRuns > 0) this.readsWithoutRuns--;
    let at = start;
    if (this.unfinished.length > 0 || this.readsWithoutRuns > 0) at = this.readBytes(bytes, at, at);
    while (at < bytes.length) at = this.readRun(bytes, at);
  }

  /** Reads the lines of a run that begins here, at once if it is ASCII and has whole ones; gives where to go on. */
  private readRun(bytes: Uint8Array, at: number): number {
    const end = Math.min(at + this.runBytes, bytes.length);
    const run = asciiText(bytes, at, end);
    if (run === undefined) return this.readOtherRun(bytes, at, end);
    this.failures = 0;
    if (this.runBytes < LONGEST_RUN) this.runBytes *= 2;
    const read = this.readText(run, bytes, at);
    if (this.ended) return bytes.length;
    if (read > 0) return at + read;
    if (end - at === LONGEST_RUN) this.readsWithoutRuns = READS_WITHOUT_RUNS;
    return this.readBytes(bytes, at, at);
  }

  /** Reads a run that is not ASCII: shorter ones may be, or else lines one by one. */
  private readOtherRun(bytes: Uint8Array, at: number, end: number): number {
    if (end - at > SHORTEST_RUN) {
      this.runBytes = Math.max(SHORTEST_RUN, (end - at) >> 2);
      return at;
    }
    if (++this.failures === MOST_FAILURES) {
      this.failures = 0;
      this.readsWithoutRuns = READS_WITHOUT_RUNS;
    }
    return this.readBytes(bytes, at, end);
  }

  private readText(run: string, bytes: Uint8Array, at: number): number {
    const hasCR = run.indexOf("\r") !== -1; // faster than includes() on Node 20
    return hasCR ? this.readMixedLines(run, bytes, at) : this.readLines(run, bytes, at);
  }

  /**
   * Reads what a format can read in larger steps than lines, as long as it can and a step begins before
   * `until`; gives where the next line begins. By default nothing.
   */
  protected readSteps(_bytes: Uint8Array, start: number, _until: number): number {
    return start;
  }

  /**
   * Reads the whole lines of an ASCII text without CR, which is decoded from `bytes` at `at`; gives
   * where the last one ends.
   */
  protected readLines(run: string, _bytes: Uint8Array, _at: number): number {
    let start = 0;
    let end: number;
    while ((end = run.indexOf("\n", start)) !== -1) {
      this.checkLength(end - start);
      this.readLine(run, start, end, end - start);
      start = end + 1;
      if (this.ended) break;
    }
    return start;
  }

  /** The same for lines that end in any way. */
  private readMixedLines(run: string, bytes: Uint8Array, at: number): number {
    let nextLF = -1;
    let nextCR = this.endsAtCR ? -1 : run.length;
    let start = 0;
    while (start < run.length) {
      if (nextLF < start) nextLF = nextCharacter(run, "\n", start);
      if (nextCR < start) nextCR = nextCharacter(run, "\r", start);
      const end = Math.min(nextLF, nextCR);
      if (end === run.length) break;
      const next = this.readTwoLines(run, bytes, at, start, end);
      if (next > start) {
        start = next;
      } else {
        this.endLine(run, start, end, end - start);
        start = this.nextLine(bytes, at + end) - at;
      }
      if (this.ended) break;
    }
    return start;
  }

  /**
   * Reads the line of the run up to `end` and the empty one behind it, where a format can in one step; gives
   * where the next line begins. By default nothing.
   */
  protected readTwoLines(
    _run: string,
    _bytes: Uint8Array,
    _at: number,
    start: number,
    _end: number,
  ): number {
    return start;
  }

  /** Reads lines one by one: the first one, and the others up to `until` or where runs are not tried; gives where to go on. */
  private readBytes(bytes: Uint8Array, start: number, until: number): number {
    let nextLF = -1;
    let nextCR = this.endsAtCR ? -1 : bytes.length;
    const stepsEnd = this.readsWithoutRuns > 0 ? bytes.length : until;
    let at = start;
    do {
      if (this.unfinished.length === 0) at = this.readSteps(bytes, at, stepsEnd);
      if (this.ended) return bytes.length;
      if (at > start && at >= stepsEnd) return at;
      // Every second line of server-sent events is empty: a look costs less than a search.
      if (nextLF < at) nextLF = bytes[at] === LF ? at : nextByte(bytes, LF, at);
      if (nextCR < at) nextCR = nextByte(bytes, CR, at);
      const end = Math.min(nextLF, nextCR);
      this.readBytesTo(end, bytes, at);
      if (end === bytes.length || this.ended) return bytes.length;
      at = this.nextLine(bytes, end);
    } while (at < stepsEnd);
    return at;
  }

  /** Reads one line, or what there is of it. */
  private readBytesTo(end: number, bytes: Uint8Array, at: number): void {
    const { unfinished } = this;
    if (end === bytes.length) {
      unfinished.append(bytes, at, end);
      this.checkUnfinished();
    } else if (unfinished.length > 0) {
      unfinished.append(bytes, at, end);
      this.endUnfinished();
    } else {
      const line = utf8Text(bytes, at, end);
      this.endLine(line, 0, line.length, end - at);
    }
  }

  /** Where the next line begins, when one has ended at this line end. */
  private nextLine(bytes: Uint8Array, end: number): number {
    const next = end + 1;
    if (bytes[end] !== CR) return next;
    if (next === bytes.length) this.skipsLF = true;
    return bytes[next] === LF ? next + 1 : next;
  }

  private endUnfinished(): void {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    const line = unfinished.text();
    unfinished.clear();
    this.endLine(line, 0, line.length, byteLength);
  }

  private endLine(text: string, start: number, end: number, byteLength: number): void {
    const endsWithCR = !this.endsAtCR && end > start && text.charCodeAt(end - 1) === CR;
    const overhead = endsWithCR ? 1 : 0;
    this.checkLength(byteLength - overhead);
    this.readLine(text, start, end - overhead, byteLength - overhead);
  }

  protected checkLength(byteLength: number): void {
    if (byteLength > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  private checkUnfinished(): void {
    const { bytes, length, byteLength } = this.unfinished;
    const mayEnd = !this.endsAtCR && length > 0 && bytes[length - 1] === CR;
    this.checkLength(mayEnd ? byteLength - 1 : byteLength);
  }
}

/** Where the byte stands next, the length if it does not. */
function nextByte(bytes: Uint8Array, byte: number, from: number): number {
  const found = indexOfByte(bytes, byte, from);
  return found === -1 ? bytes.length : found;
}

/** Where the character stands next, the length if it does not. */
function nextCharacter(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from);
  return found === -1 ? text.length : found;
}
