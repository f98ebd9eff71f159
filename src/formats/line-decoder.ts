/**
 * Finds lines in bytes that may be cut anywhere, one after the other. The bytes of a line are collected and decoded
 * when its end has come. No character is ever split: the bytes of LF and CR are never part of another one.
 *
 * That looks at each byte. Where speed is worth its weight, `fast/line-reader.ts` reads in its place.
 */
import { fastReaders } from "#runtime";
import { RecordTooLargeError } from "../errors.js";
import { RecordDecoder } from "./record-decoder.js";
import { TextBuffer } from "./bytes/text-buffer.js";
import { endsInCharacter } from "./whole-characters.js";

const LF = 0x0a;
const CR = 0x0d;

/** The line ends of a format, and the longest line. */
export interface LineRules {
  /** Lines end at CR, LF and CRLF (`"ends"`), or at LF and CRLF, and a lone CR is content. */
  readonly carriageReturn: "ends" | "content";
  /** The most bytes of one record. */
  readonly maxRecordBytes: number;
  /** The bytes of a line that are no part of the record, a field's name for example. Default: 0. */
  readonly overheadBytes?: number;
}

/** Reads the bytes of a decoder in its place. */
export interface BytesReader {
  read(bytes: Uint8Array): void;
}

/** Makes records of lines, until it has `ended`. What is public is for the fast readers, too. */
export abstract class LineDecoder<T> extends RecordDecoder<T> {
  /** The format's own end marker has been read: what follows is not. */
  ended = false;
  readonly maxRecordBytes: number;
  readonly endsAtCR: boolean;
  readonly maxLineBytes: number;
  /** The beginning of a line whose end has not come. */
  readonly unfinished = new TextBuffer();
  /** The last line ended with a CR at the end of a read: a LF that follows is part of its end. */
  skipsLF = false;
  /** The next record has been compared with all that are known, in vain. */
  isNew = false;
  /** The fast way to read, where there is one. */
  protected reader: BytesReader | undefined;

  constructor({ carriageReturn, maxRecordBytes, overheadBytes = 0 }: LineRules) {
    super();
    this.endsAtCR = carriageReturn === "ends";
    this.maxRecordBytes = maxRecordBytes;
    this.maxLineBytes = maxRecordBytes + overheadBytes;
    this.reader = fastReaders?.lines(this);
  }

  /** Reads the line that stands in `text` from `start` to `end`. `byteLength` is its length on the wire. */
  abstract readLine(text: string, start: number, end: number, byteLength: number): void;

  protected read(bytes: Uint8Array): void {
    if (this.reader === undefined) this.#readBytes(bytes);
    else this.reader.read(bytes);
  }

  #readBytes(bytes: Uint8Array): void {
    const { unfinished } = this;
    let start = this.beginRead(bytes);
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== LF && (byte !== CR || !this.endsAtCR)) continue;
      unfinished.append(bytes, start, at);
      this.endUnfinished();
      if (this.ended) return;
      start = this.nextLine(bytes, at);
      at = start - 1;
    }
    unfinished.append(bytes, start, bytes.length);
    this.checkUnfinished();
  }

  /** The place to begin in the next bytes: behind them where nothing is to be read. */
  beginRead(bytes: Uint8Array): number {
    if (this.ended) return bytes.length;
    const start = this.skipsLF && bytes[0] === LF ? 1 : 0;
    if (bytes.length > 0) this.skipsLF = false;
    return start;
  }

  /** Reads what stands behind the last line end, if anything does. */
  protected finish(): void {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    if (byteLength === 0 || this.ended) return;
    const line = unfinished.text();
    this.isCut = endsInCharacter(unfinished);
    unfinished.clear();
    this.checkLength(byteLength);
    this.readLine(line, 0, line.length, byteLength);
  }

  /** Finds the beginning of the next line, when one has ended at this line end. */
  nextLine(bytes: Uint8Array, end: number): number {
    const next = end + 1;
    if (bytes[end] !== CR) return next;
    if (next === bytes.length) this.skipsLF = true;
    return bytes[next] === LF ? next + 1 : next;
  }

  endUnfinished(): void {
    const { unfinished } = this;
    const { byteLength } = unfinished;
    const line = unfinished.text();
    unfinished.clear();
    this.endLine(line, 0, line.length, byteLength);
  }

  endLine(text: string, start: number, end: number, byteLength: number): void {
    const endsWithCR = !this.endsAtCR && end > start && text.charCodeAt(end - 1) === CR;
    const overhead = endsWithCR ? 1 : 0;
    this.checkLength(byteLength - overhead);
    this.readLine(text, start, end - overhead, byteLength - overhead);
  }

  checkLength(byteLength: number): void {
    if (byteLength > this.maxLineBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  checkUnfinished(): void {
    const { bytes, length, byteLength } = this.unfinished;
    const mayEnd = !this.endsAtCR && length > 0 && bytes[length - 1] === CR;
    this.checkLength(mayEnd ? byteLength - 1 : byteLength);
  }
}
