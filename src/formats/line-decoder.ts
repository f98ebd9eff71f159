/**
 * Finds lines in bytes that may be cut anywhere, and hands each one to a sink.
 *
 * Three ways to read give the same lines; which one is taken depends on what it costs. A call into
 * C++ costs as much as looking at a few dozen bytes, so a read of few bytes goes byte by byte into
 * a {@link ByteBuffer}. A larger read is decoded in runs of at most {@link RUN_BYTES} and its lines
 * are cut out of these; a run is short because a token that is cut out of it keeps it alive. Where
 * a byte is not ASCII, lines are searched for as bytes and decoded one by one, since bytes and
 * characters no longer have the same indexes. No way ever splits a character: the bytes of LF and
 * CR are never part of another one.
 */
import { RecordTooLargeError } from "../errors.js";
import { asBuffer, ByteBuffer, FEW_BYTES } from "./byte-buffer.js";

const LF = 0x0a;
const CR = 0x0d;

/** How much text a line can keep alive beside its own. */
const RUN_BYTES = 2048;

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
  private readonly unfinished = new ByteBuffer();
  /** The last line ended with a CR at the end of a read: a LF that follows is part of its end. */
  private skipsLF = false;
  private stopped = false;
  private readsWithoutRuns = 0;
  /** Where the next ones stand in the current read; its length when there is none. */
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
    const { length } = unfinished;
    if (length === 0 || this.stopped) return;
    const line = unfinished.text();
    unfinished.clear();
    this.handOver(line, 0, line.length, length);
  }

  private readFew(bytes: Uint8Array, start: number): void {
    const { unfinished, endsAtCR } = this;
    let at = start;
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === LF || (byte === CR && endsAtCR)) {
        if (!this.endUnfinished()) return;
        at = this.nextLine(bytes, at);
      } else {
        unfinished.push(byte);
        at++;
      }
    }
    if (unfinished.length > this.maxLineBytes) this.checkUnfinished();
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
    const run = bytes.toString("utf8", at, runEnd);
    // Text is never longer than its bytes: where it is not shorter, each byte is one character.
    if (run.length < runEnd - at) {
      this.readsWithoutRuns = READS_WITHOUT_RUNS;
      return at;
    }
    // Not `includes`, which V8 runs in C++ at several times the cost.
    const hasCR = this.endsAtCR && run.indexOf("\r") !== -1;
    let start = 0;
    while (start < run.length) {
      const end = hasCR ? lineEnd(run, start) : run.indexOf("\n", start);
      if (end === -1) break;
      if (!this.endLine(run, start, end, end - start)) return bytes.length;
      start = hasCR ? this.nextLine(bytes, at + end) - at : end + 1;
    }
    return at + start;
  }

  /** Reads one line, or the beginning of one; gives where to go on. */
  private readBytes(bytes: Buffer, at: number): number {
    const { unfinished } = this;
    if (this.nextLF < at) this.nextLF = indexOf(bytes, LF, at);
    if (this.nextCR < at) this.nextCR = indexOf(bytes, CR, at);
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
    const { length } = unfinished;
    const line = unfinished.text();
    unfinished.clear();
    return this.endLine(line, 0, line.length, length);
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
    const { bytes, length } = this.unfinished;
    const mayEnd = !this.endsAtCR && length > 0 && bytes[length - 1] === CR;
    const byteLength = mayEnd ? length - 1 : length;
    if (byteLength > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }
}

function indexOf(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}

/** Where the first LF or CR stands, -1 if there is none. */
function lineEnd(text: string, from: number): number {
  const lf = text.indexOf("\n", from);
  const cr = text.indexOf("\r", from);
  return lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
}
