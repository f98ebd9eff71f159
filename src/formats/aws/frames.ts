import { utf8Text } from "#runtime";
import { ChunkParseError } from "../../errors.js";
import { crc32 } from "../bytes/crc32.js";
import { mediaType, type DecoderLimits, type RecordEnvelope } from "../format.js";
import { excerpt } from "../json/record.js";
import { LengthPrefixedDecoder } from "../length-prefixed.js";
import { awsEventError } from "./error.js";
import { MalformedHeaders, readHeaders, type AwsEventHeader } from "./headers.js";

/** The format's name in messages. */
export const EVENT_STREAM = "awsEventStream";

/** A message of Amazon's event stream. */
export interface AwsEvent<Payload = unknown> {
  /** The headers by their names: `:event-type`, `:content-type` and others. */
  headers: Record<string, AwsEventHeader>;
  /** The parsed JSON where `:content-type` says JSON, else the bytes. */
  payload: Payload | Uint8Array;
}

/** The length of the message, that of its headers, and the checksum of the two. */
const PRELUDE_LENGTH = 12;
const CHECKSUM_LENGTH = 4;

/** Longer ones are hardly the same twice. */
const LONGEST_KNOWN_HEADERS = 1024;

/** The headers of a message, and what follows from them. */
export interface FrameHeaders {
  /** As they stood in the stream; `undefined` where they cannot be shared by messages, for a value can be changed. */
  readonly block: DataView | undefined;
  readonly values: Readonly<Record<string, AwsEventHeader>>;
  readonly isJson: boolean;
  readonly isError: boolean;
  readonly envelope: RecordEnvelope | undefined;
}

/** Reads the frames of an event stream, and leaves to its heirs what becomes of their payloads. */
export abstract class FrameDecoder<T> extends LengthPrefixedDecoder<T> {
  /** Of the frame that is being read, as far as its prelude. */
  #checksum = 0;
  /** Most frames have the headers of the one before: to see that costs a fraction of reading them. */
  #last: FrameHeaders | undefined;

  constructor(limits: DecoderLimits) {
    super(PRELUDE_LENGTH, limits);
  }

  /** Takes an event. The headers are shared. */
  protected abstract takeEvent(
    headers: FrameHeaders,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;

  protected readPrefix(view: DataView, start: number): number {
    const checksum = crc32(view, start, start + 8);
    if (checksum !== view.getInt32(start + 8)) throw this.#notAFrame(preludeOf(view, start));
    this.#checksum = crc32(view, start + 8, start + PRELUDE_LENGTH, checksum);
    const length = view.getUint32(start);
    const headersLength = view.getUint32(start + 4);
    if (PRELUDE_LENGTH + headersLength + CHECKSUM_LENGTH <= length) return length;
    throw this.#broken(
      `a message of ${length} bytes cannot have headers of ${headersLength}`,
      preludeOf(view, start),
    );
  }

  protected readFrame(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    const payloadEnd = end - CHECKSUM_LENGTH;
    const checksum = crc32(view, start + PRELUDE_LENGTH, payloadEnd, this.#checksum);
    if (checksum !== view.getInt32(payloadEnd)) {
      throw this.#broken(
        "the checksum of the message is wrong. It was changed on its way: nothing of it can be trusted",
        bytes.subarray(start, end),
      );
    }
    const payloadStart = start + PRELUDE_LENGTH + view.getInt32(start + 4);
    const headers = this.#headersOf(bytes, view, start + PRELUDE_LENGTH, payloadStart);
    if (headers.isError) this.#takeError(headers, bytes, payloadStart, payloadEnd);
    else this.takeEvent(headers, bytes, payloadStart, payloadEnd);
  }

  protected cutOff(beginning: Uint8Array): Error {
    if (looksLikeText(beginning)) return this.#notAFrame(beginning.subarray(0, PRELUDE_LENGTH));
    return this.#broken("the stream ended inside this message: it was cut off", beginning, true);
  }

  #takeError({ values }: FrameHeaders, bytes: Uint8Array, start: number, end: number): void {
    const error = awsEventError(values, utf8Text(bytes, start, end));
    const event: AwsEvent = { headers: { ...values }, payload: copyOf(bytes, start, end) };
    this.emitIn({ event: undefined, lastEventId: "", error }, event as T);
  }

  #headersOf(bytes: Uint8Array, view: DataView, start: number, end: number): FrameHeaders {
    const last = this.#last;
    if (last?.block !== undefined && isSame(last.block, view, start, end)) return last;
    return (this.#last = this.#newHeaders(bytes, start, end));
  }

  #newHeaders(bytes: Uint8Array, start: number, end: number): FrameHeaders {
    const values = this.#headerValues(bytes, start, end);
    const event = values[":event-type"];
    const messageType = values[":message-type"];
    const mayKeep =
      end - start <= LONGEST_KNOWN_HEADERS &&
      Object.values(values).every((value) => typeof value !== "object");
    return {
      block: mayKeep ? new DataView(copyOf(bytes, start, end).buffer) : undefined,
      values,
      isJson: /[/+]json$/.test(mediaType(textOf(values[":content-type"]))),
      isError: messageType === "exception" || messageType === "error",
      envelope: typeof event === "string" ? { event, lastEventId: "" } : undefined,
    };
  }

  #headerValues(bytes: Uint8Array, start: number, end: number): FrameHeaders["values"] {
    try {
      return readHeaders(bytes, start, end);
    } catch (error) {
      if (!(error instanceof MalformedHeaders)) throw error;
      throw this.#broken(error.message, bytes.subarray(start, end));
    }
  }

  /** The error for bytes that are no beginning of a frame. */
  #notAFrame(beginning: Uint8Array): ChunkParseError {
    const got = looksLikeText(beginning)
      ? `the text ${excerpt(utf8Text(beginning, 0, beginning.length))}. Set format to the one that the server speaks`
      : `${hex(beginning)}, whose checksum is wrong. The bytes were changed on their way, or this is no event stream of Amazon`;
    return this.#broken(`expected the beginning of a message, got ${got}`, beginning);
  }

  #broken(what: string, bytes: Uint8Array, unfinished = false): ChunkParseError {
    const record = copyOf(bytes, 0, bytes.length);
    const index = this.count;
    return new ChunkParseError(`${EVENT_STREAM}: record ${index}: ${what}.`, {
      record,
      index,
      unfinished,
    });
  }
}

function preludeOf(view: DataView, start: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, PRELUDE_LENGTH);
}

/** In memory of its own. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

function isSame(known: DataView, view: DataView, start: number, end: number): boolean {
  const length = known.byteLength;
  if (length !== end - start) return false;
  let at = 0;
  for (const lastFour = length - 4; at <= lastFour; at += 4) {
    if (known.getInt32(at) !== view.getInt32(start + at)) return false;
  }
  while (at < length && known.getUint8(at) === view.getUint8(start + at)) at++;
  return at === length;
}

function textOf(header: AwsEventHeader | undefined): string {
  return typeof header === "string" ? header : "";
}

/** No message begins like text: its first bytes are a length, and one of gigabytes. */
function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
