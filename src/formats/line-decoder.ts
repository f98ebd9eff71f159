/**
 * Finds lines in bytes that may be cut anywhere, and hands each one to a sink.
 *
 * Three ways to read give the same lines; which one is taken depends on what it costs. A call into
 * C++ costs as much as looking at a few dozen bytes, so a read of few bytes goes byte by byte into
 * a {@link TextBuffer}. A larger read is decoded in runs, and its lines are cut out of these. Where
 * a byte is not ASCII, lines are searched for as bytes and decoded one by one, since bytes and
 * characters no longer have the same indexes. No way ever splits a character: the bytes of LF and
 * CR are never part of another one.
 *
 * A string that V8 cuts out of another keeps that one alive: a line its whole run. Lines are read and
 * dropped; what a reader may keep is copied where it leaves the pipeline (`detachedText`).
 */
import { RecordTooLargeError } from "../errors.js";
import { asBuffer, FEW_BYTES } from "./byte-buffer.js";
import { TextBuffer } from "./text-buffer.js";

const LF = 0x0a;
const CR = 0x0d;

/** Longer runs are not faster, and hold more (measured). */
const RUN_BYTES = 32 * 1024;

/** How many reads to go without runs once one was not ASCII. */
const READS_WITHOUT_RUNS = 16;

/** Where lines go. */
export interface LineSink {
  /**
   * Takes the line that stands in `text` from `start` to `end`, and says whether more lines are
   * wanted. `byteLength` is its length on the wire.
   */
  readLine(text: string, start: number, end: number, byteLength: number): boolean;
}

/** What ends a line, and how long it may be. */
export interface LineRules {
  /** Lines end at CR, LF and CRLF (`"ends"`), or at LF and CRLF, and a lone CR is content. */
  readonly carriageReturn: "ends" | "content";
  /** The most bytes of one record. */
  readonly maxRecordBytes: number;
  /** How many bytes of a line are no part of the record, a field's name for example. Default: 0. */
  readonly overheadBytes?: number;
}

export class LineDecoder {
  private readonly endsAtCR: boolean;
  private readonly maxRecordBytes: number;
  private readonly maxLineBytes: number;
  /** The beginning of a line whose end has not come. */
  private readonly unfinished = new TextBuffer();
  /** The last line ended with a CR at the end of a read: a LF that follows is part of its end. */
  private skipsLF = false;
  private stopped = false;
  private readsWithoutRuns = 0;
  /**
   * Where the next ones stand in the current read; its length when there is none. Remembered,
   * because a stream that has only one of them would be searched to its end for the other at every
   * line.
   */
  private nextLF = 0;
  private nextCR = 0;

  constructor(
    private readonly sink: LineSink,
    rules: LineRules,
  ) {
    this.endsAtCR = rules.carriageReturn === "ends";
    this.maxRecordBytes = rules.maxRecordBytes;
    this.maxLineBytes = rules.maxRecordBytes + (rules.overheadBytes ?? 0);
  }

  /** @throws RecordTooLargeError when a line, or what has come of it, is too long. */
  decode(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.stopped) return;
    const start = this.skipsLF && bytes[0] === LF ? 1 : 0;
    this.skipsLF = false;
    if (bytes.length <= FEW_BYTES) this.readFew(bytes, start);
    else this.readMany(asBuffer(bytes), start);
  }

  /** Hands over what stands behind the last line end, if anything does. */
  flush(): void {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    if (byteLength === 0 || this.stopped) return;
    const line = unfinished.text();
    unfinished.clear();
    this.handOver(line, 0, line.length, byteLength);
  }

  private readFew(bytes: Uint8Array, start: number): void {
    const { unfinished } = this;
    let at = start;
    while ((at = unfinished.appendAbove(CR, bytes, at)) < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === LF || (byte === CR && this.endsAtCR)) {
        if (!this.endUnfinished()) return;
        at = this.nextLine(bytes, at);
      } else {
        unfinished.push(byte);
        at++;
      }
    }
    if (unfinished.byteLength > this.maxLineBytes) this.checkUnfinished();
  }

  private readMany(bytes: Buffer, start: number): void {
    this.nextLF = -1;
    this.nextCR = this.endsAtCR ? -1 : bytes.length;
    if (this.readsWithoutRuns > 0) this.readsWithoutRuns--;
    let at = this.unfinished.length > 0 ? this.readBytes(bytes, start) : start;
    while (at < bytes.length) {
      const next = this.readsWithoutRuns > 0 ? at : this.readRun(bytes, at);
      at = next > at ? next : this.readBytes(bytes, at);
    }
  }

  /** Reads the whole lines of a run that begins here, if it is ASCII; gives where to go on. */
  private readRun(bytes: Buffer, at: number): number {
    const runEnd = Math.min(at + RUN_BYTES, bytes.length);
    const run = decodeRange(bytes, at, runEnd);
    // Text is never longer than its bytes: where it is not shorter, each byte is one character.
    if (run.length < runEnd - at) {
      this.readsWithoutRuns = READS_WITHOUT_RUNS;
      return at;
    }
    const hasCR = run.indexOf("\r") !== -1; // faster than includes() on Node 20
    const read = hasCR ? this.readLines(run, bytes, at) : this.readLinesAtLF(run);
    return this.stopped ? bytes.length : at + read;
  }

  /** Reads the whole lines of a text without CR; gives where the last one ends. */
  private readLinesAtLF(run: string): number {
    let start = 0;
    while (start < run.length) {
      // Every second line of server-sent events is empty: a look costs less than a search.
      const end = run.charCodeAt(start) === LF ? start : run.indexOf("\n", start);
      if (end === -1 || !this.handOver(run, start, end, end - start)) break;
      start = end + 1;
    }
    return start;
  }

  /** The same for lines that end in any way. */
  private readLines(run: string, bytes: Buffer, at: number): number {
    let nextLF = -1;
    let nextCR = this.endsAtCR ? -1 : run.length;
    let start = 0;
    while (start < run.length) {
      if (nextLF < start) nextLF = indexOfCharacter(run, "\n", start);
      if (nextCR < start) nextCR = indexOfCharacter(run, "\r", start);
      const end = Math.min(nextLF, nextCR);
      if (end === run.length || !this.endLine(run, start, end, end - start)) break;
      start = this.nextLine(bytes, at + end) - at;
    }
    return start;
  }

  /** Reads one line, or the beginning of one; gives where to go on. */
  private readBytes(bytes: Buffer, at: number): number {
    const { unfinished } = this;
    if (this.nextLF < at) this.nextLF = indexOfByte(bytes, LF, at);
    if (this.nextCR < at) this.nextCR = indexOfByte(bytes, CR, at);
    const end = Math.min(this.nextLF, this.nextCR);
    if (end === bytes.length) {
      unfinished.append(bytes, at, end);
      this.checkUnfinished();
      return end;
    }
    let wantsMore: boolean;
    if (unfinished.length > 0) {
      unfinished.append(bytes, at, end);
      wantsMore = this.endUnfinished();
    } else {
      const line = bytes.toString("utf8", at, end);
      wantsMore = this.endLine(line, 0, line.length, end - at);
    }
    return wantsMore ? this.nextLine(bytes, end) : bytes.length;
  }

  /** Where the next line begins, when one has ended at this line end. */
  private nextLine(bytes: Uint8Array, end: number): number {
    const next = end + 1;
    if (bytes[end] !== CR) return next;
    if (next === bytes.length) this.skipsLF = true;
    return bytes[next] === LF ? next + 1 : next;
  }

  private endUnfinished(): boolean {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    const line = unfinished.text();
    unfinished.clear();
    return this.endLine(line, 0, line.length, byteLength);
  }

  private endLine(text: string, start: number, end: number, byteLength: number): boolean {
    if (!this.endsAtCR && end > start && text.charCodeAt(end - 1) === CR) {
      return this.handOver(text, start, end - 1, byteLength - 1);
    }
    return this.handOver(text, start, end, byteLength);
  }

  private handOver(text: string, start: number, end: number, byteLength: number): boolean {
    if (byteLength > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
    const wantsMore = this.sink.readLine(text, start, end, byteLength);
    if (!wantsMore) this.stopped = true;
    return wantsMore;
  }

  private checkUnfinished(): void {
    const { bytes, length, byteLength } = this.unfinished;
    const mayEnd = !this.endsAtCR && length > 0 && bytes[length - 1] === CR;
    const lineLength = mayEnd ? byteLength - 1 : byteLength;
    if (lineLength > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }
}

/** For a whole buffer, the call without arguments takes a shorter way. */
function decodeRange(bytes: Buffer, start: number, end: number): string {
  const isWhole = start === 0 && end === bytes.length;
  return isWhole ? bytes.toString() : bytes.toString("utf8", start, end);
}

/** Where the byte stands next, the length if it does not. */
function indexOfByte(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}

/** Where the character stands next, the length if it does not. */
function indexOfCharacter(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from);
  return found === -1 ? text.length : found;
}
