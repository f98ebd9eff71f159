/**
 * Reads server-sent events line by line, as the WHATWG text says. Data of one line is left where it
 * stands in the text that was read; data of several lines is collected as bytes, so that it costs no
 * more memory than it has bytes, however short its lines are.
 */
import { RecordTooLargeError } from "../errors.js";
import type { DecoderLimits } from "./format.js";
import { parseRecord } from "./json-record.js";
import { LineDecoder, type LineSink } from "./line-decoder.js";
import type { JsonParser } from "./predicted-json.js";
import { RecordDecoder } from "./record-decoder.js";
import { TextBuffer } from "./text-buffer.js";

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
  readonly strict: boolean;
}

const COLON = 0x3a;
const SPACE = 0x20;

/** `data: ` before the data is not part of the record. */
const FIELD_NAME_BYTES = "data: ".length;

abstract class SseDecoder<T> extends RecordDecoder<T> implements LineSink {
  /** The end marker has been read: what follows is not. */
  ended = false;
  protected event = "";
  protected id = "";
  protected retry: number | undefined;

  private readonly lines: LineDecoder;
  private readonly maxRecordBytes: number;
  /** The data so far: of one line as a range of a text, of several lines as bytes. */
  private text: string | undefined;
  private start = 0;
  private end = 0;
  private readonly dataLines = new TextBuffer();

  constructor(
    { maxRecordBytes }: DecoderLimits,
    private readonly rules: SseRules,
  ) {
    super();
    this.maxRecordBytes = maxRecordBytes;
    this.lines = new LineDecoder(this, {
      carriageReturn: "ends",
      maxRecordBytes,
      overheadBytes: FIELD_NAME_BYTES,
    });
  }

  /** Takes the data of an event that is not the end marker: a range of a text. */
  protected abstract dispatch(text: string, start: number, end: number, incomplete: boolean): void;

  protected read(bytes: Uint8Array): void {
    this.lines.decode(bytes);
  }

  protected finish(): void {
    if (this.ended || this.rules.strict) return;
    this.lines.flush();
    this.endEvent(true);
  }

  readLine(text: string, start: number, end: number, byteLength: number): boolean {
    if (start === end) {
      this.endEvent(false);
    } else if (isData(text, start, end)) {
      const value = valueStart(text, start + "data".length, end);
      this.addData(text, value, end, byteLength - (value - start));
    } else {
      this.readField(text.slice(start, end));
    }
    return !this.ended;
  }

  private addData(text: string, start: number, end: number, byteLength: number): void {
    if (byteLength > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
    if (this.text === undefined) {
      this.text = text;
      this.start = start;
      this.end = end;
    } else {
      this.addLine(this.text.slice(this.start, this.end), text.slice(start, end));
    }
  }

  private addLine(first: string, data: string): void {
    const { dataLines } = this;
    if (dataLines.length === 0) dataLines.appendText(first);
    dataLines.appendText(`\n${data}`);
    const { byteLength } = dataLines;
    if (byteLength > this.maxRecordBytes) throw new RecordTooLargeError(this.maxRecordBytes);
  }

  private readField(line: string): void {
    const colon = line.indexOf(":");
    const nameEnd = colon === -1 ? line.length : colon;
    const value = line.slice(valueStart(line, nameEnd, line.length));
    switch (line.slice(0, nameEnd)) {
      case "event":
        this.event = value;
        break;
      case "id":
        if (!value.includes("\0")) this.id = value;
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.retry = Number(value);
    }
  }

  private endEvent(incomplete: boolean): void {
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
    }
    this.event = "";
  }

  private endData(text: string, start: number, end: number, incomplete: boolean): void {
    const { done } = this.rules;
    const isDone = done !== false && end - start === done.length && text.slice(start, end) === done;
    if (isDone) this.ended = true;
    else this.dispatch(text, start, end, incomplete);
  }
}

/** Whether the line is a field called `data`. Comparing codes is several times faster than `startsWith`. */
function isData(text: string, start: number, end: number): boolean {
  return (
    text.charCodeAt(start) === 0x64 &&
    text.charCodeAt(start + 1) === 0x61 &&
    text.charCodeAt(start + 2) === 0x74 &&
    text.charCodeAt(start + 3) === 0x61 &&
    (start + 4 === end || text.charCodeAt(start + 4) === COLON)
  );
}

/** Where a field's value begins, if its name ends here: behind the colon and one space. */
function valueStart(text: string, nameEnd: number, end: number): number {
  if (nameEnd === end) return end;
  const start = nameEnd + 1;
  return start < end && text.charCodeAt(start) === SPACE ? start + 1 : start;
}

/** The parsed data of each event. */
export class JsonSseDecoder<T> extends SseDecoder<T> {
  constructor(
    limits: DecoderLimits,
    rules: SseRules,
    private readonly parse: JsonParser,
  ) {
    super(limits, rules);
  }

  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    if (start === end) return;
    const place = { format: "sse", index: this.count, unfinished: incomplete };
    const record = parseRecord(text, place, this.parse, start, end);
    if (record !== undefined) this.emit(record as T);
  }
}

/** Each event as it stands. */
export class RawSseDecoder extends SseDecoder<SseEvent> {
  protected dispatch(text: string, start: number, end: number, incomplete: boolean): void {
    const { id, retry } = this;
    const data = text.slice(start, end);
    const event = this.event || "message";
    this.emit(incomplete ? { event, data, id, retry, incomplete } : { event, data, id, retry });
  }
}
