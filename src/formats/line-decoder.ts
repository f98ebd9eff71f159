/**
 * Finds lines in bytes that may be cut anywhere.
 *
 * Lines are found as bytes and become text one by one: a line end is never part of a character, so
 * no character is split, and a record never holds on to the network buffer it came in. A line that
 * lies whole in one buffer is read in place; only a line that is cut is copied, into a
 * {@link ByteBuffer}. A call into C++ costs as much as looking at a few dozen bytes, so a buffer of
 * few bytes is read by a loop instead. Where the next line feed and the next carriage return stand
 * is remembered, else a text that has only one of them would be searched to its end for the other
 * at every line.
 *
 * It is a cursor and takes no callback: `push` some bytes, then read `bytes`, `start` and `end`
 * after each `next()` that returned `true`. They are valid until the call after it.
 */
import { RecordTooLargeError } from "../errors.js";
import { asBuffer, ByteBuffer, FEW_BYTES, NO_BYTES } from "./byte-buffer.js";

const LF = 0x0a;
const CR = 0x0d;

/** What ends a line, and how long it may be. */
export interface LineRules {
  /** The byte that ends a line. Default: LF. */
  readonly terminator?: number;
  /** A CR ends a line too (CR, LF and CRLF), or belongs to the line end CRLF, or is content. */
  readonly carriageReturn: "ends" | "beforeLineFeed" | "content";
  /** The most bytes of one line, its end not counted. */
  readonly maxRecordBytes: number;
  /** How many bytes of a line may be no part of the record, a field's name for example. Default: 0. */
  readonly overheadBytes?: number;
}

export class LineDecoder {
  /** The memory in which the current line lies, from `start` to `end`. */
  bytes: Buffer = NO_BYTES;
  start = 0;
  end = 0;

  private readonly terminator: number;
  private readonly maxRecordBytes: number;
  private readonly maxLineBytes: number;
  private readonly endsAtCR: boolean;
  private readonly trimsCR: boolean;
  /** The beginning of a line whose end has not come; at times also the current line. */
  private readonly unfinished = new ByteBuffer();
  private currentIsUnfinished = false;
  private input: Uint8Array = NO_BYTES;
  private at = 0;
  /** Where the next ones stand in an input of many bytes: at its length when there is none. */
  private nextTerminator = 0;
  private nextCR = 0;
  /** The last line ended with a CR at the end of its buffer: a line feed that follows is part of it. */
  private skipsLF = false;

  constructor(rules: LineRules) {
    this.terminator = rules.terminator ?? LF;
    this.maxRecordBytes = rules.maxRecordBytes;
    this.maxLineBytes = rules.maxRecordBytes + (rules.overheadBytes ?? 0);
    this.endsAtCR = rules.carriageReturn === "ends";
    this.trimsCR = rules.carriageReturn === "beforeLineFeed";
  }

  /** Takes the next bytes. They are in use until {@link next} returns `false` or {@link release}. */
  push(bytes: Uint8Array): void {
    this.at = 0;
    this.input = bytes;
    if (bytes.length > FEW_BYTES) {
      this.input = asBuffer(bytes);
      this.nextTerminator = -1;
      this.nextCR = this.endsAtCR ? -1 : bytes.length;
    }
    if (this.skipsLF && bytes.length > 0) this.skipLF();
  }

  /**
   * Moves to the next complete line; `false` when the bytes are used up.
   *
   * @throws RecordTooLargeError when the line, or what has come of it, is too long.
   */
  next(): boolean {
    if (this.currentIsUnfinished) this.dropUnfinished();
    const found = this.input.length > FEW_BYTES ? this.searchMany() : this.searchFew();
    if (!found) this.release();
    return found;
  }

  /** Moves to what stands after the last line end; `false` when nothing does. */
  finish(): boolean {
    if (this.currentIsUnfinished) this.dropUnfinished();
    if (this.unfinished.length === 0) return false;
    this.showUnfinished();
    this.checkLength(this.end);
    return true;
  }

  /** The current line as text; invalid UTF-8 becomes U+FFFD. */
  text(): string {
    return this.textFrom(this.start);
  }

  /** The current line as text, from this index of `bytes` on. */
  textFrom(start: number): string {
    return this.bytes.toString("utf8", start, this.end);
  }

  /** Lets go of the bytes that were pushed, also when not all of their lines were wanted. */
  release(): void {
    this.input = NO_BYTES;
    this.bytes = NO_BYTES;
  }

  private searchFew(): boolean {
    const { input, unfinished, terminator, endsAtCR } = this;
    while (this.at < input.length) {
      const byte = input[this.at++] as number;
      if (byte === terminator || (byte === CR && endsAtCR)) {
        this.showUnfinished();
        this.endLine(byte);
        return true;
      }
      unfinished.push(byte);
    }
    if (unfinished.length > this.maxLineBytes) this.checkUnfinished();
    return false;
  }

  private searchMany(): boolean {
    const input = this.input as Buffer;
    const { at, unfinished } = this;
    if (this.nextTerminator < at) {
      const isBlank = input[at] === this.terminator;
      this.nextTerminator = isBlank ? at : indexOf(input, this.terminator, at);
    }
    if (this.nextCR < at) this.nextCR = indexOf(input, CR, at);
    const end = Math.min(this.nextTerminator, this.nextCR);
    if (end === input.length) {
      unfinished.append(input, at, end);
      this.checkUnfinished();
      return false;
    }
    if (unfinished.length > 0) {
      unfinished.append(input, at, end);
      this.showUnfinished();
    } else {
      this.show(input, at, end);
    }
    this.at = end + 1;
    this.endLine(input[end] as number);
    return true;
  }

  private showUnfinished(): void {
    this.currentIsUnfinished = true;
    this.show(this.unfinished.bytes, 0, this.unfinished.length);
  }

  private show(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  private dropUnfinished(): void {
    this.currentIsUnfinished = false;
    this.unfinished.clear();
  }

  /** The current line ended with this byte, and `at` stands behind it. */
  private endLine(byte: number): void {
    if (byte === CR && this.endsAtCR) this.skipLF();
    else if (this.trimsCR && this.end > this.start && this.bytes[this.end - 1] === CR) this.end--;
    this.checkLength(this.end - this.start);
  }

  private skipLF(): void {
    this.skipsLF = this.at === this.input.length;
    if (this.input[this.at] === LF) this.at++;
  }

  private checkUnfinished(): void {
    const { bytes, length } = this.unfinished;
    const mayBeLineEnd = this.trimsCR && length > 0 && bytes[length - 1] === CR;
    this.checkLength(mayBeLineEnd ? length - 1 : length);
  }

  private checkLength(length: number): void {
    if (length > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }
}

function indexOf(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}
