import { RecordTooLargeError } from "../errors.js";
import { ByteBuffer } from "./byte-buffer.js";
import type { Decoder, DecoderLimits, RecordEnvelope, StreamFormat } from "./format.js";
import { jsonArray } from "./json-array.js";
import { JSON_LINES_TYPES, jsonLines } from "./json-lines.js";
import { jsonSequence } from "./json-sequence.js";
import { isWhiteSpace } from "./json-value-reader.js";
import { BYTE_ORDER_MARK, NO_RECORDS } from "./record-decoder.js";
import { sse } from "./sse.js";
import { text } from "./text.js";

/**
 * The records of whatever format the response turns out to be in: the default of a model that sets
 * no `format`.
 *
 * The content-type decides where it names a format: `text/event-stream` is read by {@link sse}, the
 * JSON Lines types by {@link jsonLines}, `application/json-seq` by {@link jsonSequence}. Otherwise
 * the first bytes decide: `[` is a {@link jsonArray}, `{` {@link jsonLines}, the name of an SSE
 * field with its colon {@link sse}, RS {@link jsonSequence}, and anything else {@link text}, or
 * {@link jsonLines} if the content-type says JSON, so that what is not JSON is reported.
 *
 * A record is a parsed JSON value, or a string when the response is plain text. Where you know the
 * format, write it: text that happens to begin with `[` or `{` is taken for JSON.
 *
 * @example
 * ```ts
 * format = autoFormat();
 * ```
 * @see https://mimesniff.spec.whatwg.org
 */
export function autoFormat(): StreamFormat<unknown> {
  return {
    ...sniffing(text()),
    forContentType(contentType) {
      const type = mediaType(contentType);
      if (type === "text/event-stream") return sse();
      if (type === "application/json-seq") return jsonSequence();
      if (JSON_LINES_TYPES.includes(type)) return jsonLines();
      return sniffing(/[/+]json$/.test(type) ? jsonLines() : text());
    },
  };
}

/** The type without its parameters, `""` when there is none. */
function mediaType(contentType = ""): string {
  return contentType.replace(/;.*/s, "").trim().toLowerCase();
}

function sniffing(fallback: StreamFormat<unknown>): StreamFormat<unknown> {
  return {
    name: "autoFormat",
    contentTypes: [
      "text/event-stream",
      ...JSON_LINES_TYPES,
      "application/json-seq",
      "application/json",
      "text/plain",
      "application/*",
    ],
    createDecoder: (limits) => new SniffingDecoder(fallback, limits),
  };
}

const FORMAT_OF_FIRST_BYTE = new Map<number | undefined, () => StreamFormat<unknown>>([
  [0x5b, jsonArray], // [
  [0x7b, jsonLines], // {
  [0x1e, jsonSequence], // RS
  [0x3a, sse], // : begins a comment
]);

const SSE_FIELDS = ["data:", "event:", "id:", "retry:"];
const LONGEST_FIELD = "event:".length;

/** Holds the first bytes until they show the format, then hands everything to its decoder. */
class SniffingDecoder implements Decoder<unknown> {
  private decoder: Decoder<unknown> | undefined;
  private readonly held = new ByteBuffer();
  /** How many of the held bytes say nothing about the format. */
  private skipped = 0;

  constructor(
    private readonly fallback: StreamFormat<unknown>,
    private readonly limits: DecoderLimits,
  ) {}

  get ended(): boolean {
    return this.decoder?.ended ?? false;
  }

  get judgesRest(): boolean {
    return this.decoder?.judgesRest ?? false;
  }

  get envelopes(): readonly (RecordEnvelope | undefined)[] | undefined {
    return this.decoder?.envelopes;
  }

  decode(bytes: Uint8Array): Iterable<unknown> {
    if (this.decoder !== undefined) return this.decoder.decode(bytes);
    this.held.append(bytes, 0, bytes.length);
    const format = this.sniff();
    return format === undefined ? NO_RECORDS : this.beginWith(format);
  }

  flush(): Iterable<unknown> {
    if (this.decoder !== undefined) return this.decoder.flush();
    this.sniff();
    // Of less than a line no record comes before the end, but of text, which has no envelopes.
    const decoded = this.beginWith(this.fallback);
    return [...decoded, ...this.flush()];
  }

  private beginWith(format: StreamFormat<unknown>): Iterable<unknown> {
    this.decoder = format.createDecoder(this.limits);
    const records = this.decoder.decode(this.held.bytes.subarray(0, this.held.length));
    this.held.clear();
    return records;
  }

  /** The format, or `undefined` while more than one is possible. */
  private sniff(): StreamFormat<unknown> | undefined {
    const { bytes, length } = this.held;
    let at = this.skipped;
    while (at < length && isPreamble(bytes[at] as number, at)) at++;
    this.skipped = at;
    const { maxRecordBytes } = this.limits;
    if (at > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
    if (at === length) return undefined;
    const makeFormat = FORMAT_OF_FIRST_BYTE.get(bytes[at]);
    if (makeFormat !== undefined) return makeFormat();
    const head = bytes.toString("latin1", at, Math.min(length, at + LONGEST_FIELD));
    if (SSE_FIELDS.some((field) => head.startsWith(field))) return sse();
    return SSE_FIELDS.some((field) => field.startsWith(head)) ? undefined : this.fallback;
  }
}

/** White space, and the byte order mark at the beginning. */
function isPreamble(byte: number, index: number): boolean {
  return isWhiteSpace(byte) || byte === BYTE_ORDER_MARK[index];
}
