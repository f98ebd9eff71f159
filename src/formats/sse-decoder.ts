/**
 * Reads server-sent events line by line, as the WHATWG text says. A field's name is compared as
 * bytes, so that of most events only the data ever becomes a string, once. Data of several lines is
 * collected as bytes: it then costs what it holds, however short its lines are.
 */
import { RecordTooLargeError } from "../errors.js";
import { ByteBuffer } from "./byte-buffer.js";
import type { DecoderLimits } from "./format.js";
import { parseRecord } from "./json-record.js";
import { LineDecoder } from "./line-decoder.js";
import { RecordDecoder } from "./record-decoder.js";

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
export interface SseRules {
  readonly done: string | false;
  readonly strict: boolean;
}

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;

const DATA = Buffer.from("data");
const EVENT = Buffer.from("event");
const ID = Buffer.from("id");
const RETRY = Buffer.from("retry");

/** `data: ` before the data is not part of the record. */
const FIELD_NAME_BYTES = "data: ".length;

abstract class SseDecoder<T> extends RecordDecoder<T> {
  /** The end marker has been read: what follows is not. */
  ended = false;
  protected event = "";
  protected id = "";
  protected retry: number | undefined;

  private readonly lines: LineDecoder;
  private readonly maxRecordBytes: number;
  /** The data so far: of one line as text, of several lines as bytes. */
  private data: string | undefined;
  private readonly dataLines = new ByteBuffer();

  constructor(
    limits: DecoderLimits,
    private readonly rules: SseRules,
  ) {
    super();
    this.maxRecordBytes = limits.maxRecordBytes;
    this.lines = new LineDecoder({
      carriageReturn: "ends",
      maxRecordBytes: limits.maxRecordBytes,
      overheadBytes: FIELD_NAME_BYTES,
    });
  }

  /** Takes the data of an event that is not the end marker. */
  protected abstract dispatch(data: string, incomplete: boolean): void;

  protected read(bytes: Uint8Array): void {
    if (this.ended) return;
    const { lines } = this;
    lines.push(bytes);
    while (lines.next()) {
      if (lines.start < lines.end) this.readField();
      else this.endEvent(false);
      if (this.ended) break;
    }
    lines.release();
  }

  protected finish(): void {
    if (this.ended || this.rules.strict) return;
    if (this.lines.finish()) this.readField();
    this.endEvent(true);
  }

  private readField(): void {
    const { lines } = this;
    let value: number;
    if ((value = this.fieldValue(DATA)) !== -1) {
      this.addData(value);
    } else if ((value = this.fieldValue(EVENT)) !== -1) {
      this.event = lines.textFrom(value);
    } else if ((value = this.fieldValue(ID)) !== -1) {
      const id = lines.textFrom(value);
      if (!id.includes("\0")) this.id = id;
    } else if ((value = this.fieldValue(RETRY)) !== -1) {
      const retry = lines.textFrom(value);
      if (/^[0-9]+$/.test(retry)) this.retry = Number(retry);
    }
  }

  /** Where the value begins if the current line is a field of this name, else -1. */
  private fieldValue(name: Buffer): number {
    const { bytes, start, end } = this.lines;
    const nameEnd = start + name.length;
    if (nameEnd > end) return -1;
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return -1;
    if (nameEnd === end) return end;
    if (bytes[nameEnd] !== COLON) return -1;
    const value = nameEnd + 1;
    return value < end && bytes[value] === SPACE ? value + 1 : value;
  }

  private addData(value: number): void {
    const { lines, dataLines } = this;
    if (this.data === undefined) {
      this.checkLength(lines.end - value);
      this.data = lines.textFrom(value);
      return;
    }
    if (dataLines.length === 0) {
      const first = Buffer.from(this.data);
      dataLines.append(first, 0, first.length);
    }
    dataLines.push(LF);
    dataLines.append(lines.bytes, value, lines.end);
    this.checkLength(dataLines.length);
  }

  private checkLength(length: number): void {
    if (length > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  private endEvent(incomplete: boolean): void {
    const { dataLines } = this;
    const data = dataLines.length > 0 ? dataLines.text() : this.data;
    this.data = undefined;
    dataLines.clear();
    if (data !== undefined) {
      if (data === this.rules.done) this.ended = true;
      else this.dispatch(data, incomplete);
    }
    this.event = "";
  }
}

/** The parsed data of each event. */
export class JsonSseDecoder<T> extends SseDecoder<T> {
  protected dispatch(data: string, incomplete: boolean): void {
    if (data === "") return;
    const place = { format: "sse", index: this.count, unfinished: incomplete };
    const record = parseRecord(data, place);
    if (record !== undefined) this.emit(record as T);
  }
}

/** Each event as it stands. */
export class RawSseDecoder extends SseDecoder<SseEvent> {
  protected dispatch(data: string, incomplete: boolean): void {
    const { id, retry } = this;
    const event = this.event || "message";
    this.emit(incomplete ? { event, data, id, retry, incomplete } : { event, data, id, retry });
  }
}
