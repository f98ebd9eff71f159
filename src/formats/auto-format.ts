import { indexOfByte, utf8Text } from "#runtime";
import { checkOptions, RecordTooLargeError, UnexpectedContentTypeError } from "../errors.js";
import { ByteBuffer } from "./bytes/byte-buffer.js";
import {
  mediaType,
  type Decoder,
  type DecoderLimits,
  type RecordEnvelope,
  type StreamFormat,
} from "./format.js";
import { jsonArray } from "./json-array.js";
import { JSON_LINES_TYPES, jsonLines } from "./json-lines.js";
import { jsonSequence } from "./json-sequence.js";
import { contentStart } from "./opening.js";
import { NO_RECORDS, thenThrow } from "./record-decoder.js";
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
 * Binary data is never handed on as text. It is refused by its content-type (protocol buffers, gRPC,
 * Amazon's event stream, PDF, archives), and where the first 1 024 bytes have a NUL among them.
 *
 * @typeParam T What a record holds. It is your word: nothing is checked at run time.
 * @throws UnexpectedContentTypeError (while decoding) when what would be text is binary data.
 * @example
 * ```ts
 * format = autoFormat<Line>();
 * ```
 * @see https://mimesniff.spec.whatwg.org
 */
export function autoFormat<T = unknown>(): StreamFormat<T>;
export function autoFormat<T = unknown>(options: object = {}): StreamFormat<T> {
  checkOptions("format", "autoFormat", options);
  const formats = new Formats();
  const format: StreamFormat<unknown> = {
    ...sniffing(formats, formats.text),
    forContentType(contentType) {
      const type = mediaType(contentType);
      if (type === "text/event-stream") return formats.events;
      if (type === "application/json-seq") return formats.sequence;
      if (JSON_LINES_TYPES.includes(type)) return formats.lines;
      const fallback = /[/+]json$/.test(type) ? formats.lines : formats.text;
      const chosen = sniffing(formats, fallback, contentType);
      return BINARY_TYPE.test(type) ? { ...chosen, contentTypes: NAMED_TYPES } : chosen;
    },
  };
  return format as StreamFormat<T>;
}

/** The formats to choose from, the same for all calls: what they learn of one answer holds for the next. */
class Formats {
  readonly events = sse();
  readonly lines = jsonLines();
  readonly sequence = jsonSequence();
  readonly array = jsonArray();
  readonly text: StreamFormat<unknown> = text();
  /** Those that are known by their first bytes. */
  readonly known = [this.array, this.lines, this.sequence, this.events];
}

const NAMED_TYPES: readonly string[] = /* @__PURE__ */ ["text/event-stream"].concat(
  JSON_LINES_TYPES,
  "application/json-seq",
  "application/json",
  "text/plain",
);

/** `application/octet-stream` is none: careless servers send text as that. */
const BINARY_TYPE =
  /^application\/(.*(protobuf|\bproto\b|msgpack|cbor|zip|compressed)|grpc|vnd\.amazon\.eventstream|pdf|wasm|x-tar|vnd\.(ms-|openxmlformats|apache\.))/;

function sniffing(
  formats: Formats,
  fallback: StreamFormat<unknown>,
  contentType = "",
): StreamFormat<unknown> {
  return {
    name: "autoFormat",
    contentTypes: [...NAMED_TYPES, "text/*", "application/*"],
    createDecoder: (limits) => new SniffingDecoder(formats, fallback, limits, contentType),
  };
}

/** Text has no NUL; binary data has one among its first bytes, nearly always. */
const CHECKED_BYTES = 1024;
const NUL = 0;

/** Tells by its type and its start whether a body is binary data, which must not be handed on as text. */
export function isBinary(contentType: string | undefined, start: Uint8Array): boolean {
  return BINARY_TYPE.test(mediaType(contentType)) || start.subarray(0, CHECKED_BYTES).includes(NUL);
}

/** Holds the first bytes until they show the format, then hands everything to its decoder. */
class SniffingDecoder implements Decoder<unknown> {
  #decoder: Decoder<unknown> | undefined;
  readonly #held = new ByteBuffer();
  /** Counts the held bytes that say nothing about the format. */
  #skipped = 0;
  /** The number of bytes still to be looked at of what is taken for text. */
  #unchecked = 0;

  constructor(
    private readonly formats: Formats,
    private readonly fallback: StreamFormat<unknown>,
    private readonly limits: DecoderLimits,
    private readonly contentType: string,
  ) {}

  get isCut(): boolean | undefined {
    return this.#decoder?.isCut;
  }

  get strayWords(): string | undefined {
    return this.#decoder?.strayWords;
  }

  get ended(): boolean | undefined {
    return this.#decoder?.ended;
  }

  get judgesRest(): boolean | undefined {
    return this.#decoder?.judgesRest;
  }

  get envelopes(): readonly (RecordEnvelope | undefined)[] | undefined {
    return this.#decoder?.envelopes;
  }

  decode(bytes: Uint8Array): Iterable<unknown> {
    if (this.#decoder !== undefined) {
      return this.#unchecked > 0
        ? this.#decodeText(this.#decoder, bytes)
        : this.#decoder.decode(bytes);
    }
    this.#held.append(bytes, 0, bytes.length);
    const format = this.#sniff();
    return format === undefined ? NO_RECORDS : this.#beginWith(format);
  }

  flush(): Iterable<unknown> {
    if (this.#decoder !== undefined) return this.#decoder.flush();
    // Only text gives a record before the end here, and text has no envelopes: the two lists may be joined.
    const decoded = this.#beginWith(this.#takeForText());
    return [...decoded, ...this.flush()];
  }

  #beginWith(format: StreamFormat<unknown>): Iterable<unknown> {
    this.#decoder = format.createDecoder(this.limits);
    const { held } = this.#held;
    const records =
      this.#unchecked > 0 ? this.#decodeText(this.#decoder, held) : this.#decoder.decode(held);
    this.#held.clear();
    return records;
  }

  /** Decodes what is taken for text, as far as the NUL that says that it is none. */
  #decodeText(decoder: Decoder<unknown>, bytes: Uint8Array): Iterable<unknown> {
    const at = indexOfByte(bytes.subarray(0, this.#unchecked), NUL, 0);
    this.#unchecked -= bytes.length;
    if (at === -1) return decoder.decode(bytes);
    return thenThrow(decoder.decode(bytes.subarray(0, at)), this.#binaryData(bytes));
  }

  #binaryData(bytes: Uint8Array): UnexpectedContentTypeError {
    const type = mediaType(this.contentType) || "no content-type";
    return new UnexpectedContentTypeError(
      `the server answered with ${type}, and with binary data. Set format to the one that the server speaks.`,
      { contentType: this.contentType, body: utf8Text(bytes) },
    );
  }

  /** The format, or `undefined` while more than one is possible. */
  #sniff(): StreamFormat<unknown> | undefined {
    const { held } = this.#held;
    const at = contentStart(held, this.#skipped);
    this.#skipped = at;
    const { maxRecordBytes } = this.limits;
    if (at > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
    if (at === held.length) return undefined;
    for (const format of this.formats.known) {
      const isKnown = format.recognises?.(held.subarray(at));
      if (isKnown !== false) return isKnown && format;
    }
    if (beginsText(held[at] as number)) return this.#takeForText();
    // What text does not begin with is held back until it shows what it is.
    if (isBinary("", held)) throw this.#binaryData(held);
    return held.length >= CHECKED_BYTES ? this.#takeForText() : undefined;
  }

  #takeForText(): StreamFormat<unknown> {
    this.#unchecked = CHECKED_BYTES;
    return this.fallback;
  }
}

/** No control character, and a byte that begins a character of UTF-8. */
function beginsText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0xc2 && byte < 0xf5);
}
