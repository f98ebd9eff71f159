/** Bounds on what a decoder may hold. */
export interface DecoderLimits {
  /** The longest record in bytes; a longer one is a `RecordTooLargeError`. */
  readonly maxRecordBytes: number;
}

/** The facts that a wire states around a record. */
export interface RecordEnvelope {
  /** The name of the event, `undefined` where the stream gives none. */
  readonly event: string | undefined;
  /** The last event id of the stream so far, `""` before the first. */
  readonly lastEventId: string;
  /**
   * The provider's error that the record is, where the wire itself says so: its words, or an object of any usual
   * shape. Absent for any other record.
   */
  readonly error?: unknown;
}

/**
 * Turns the bytes of one response into records. A decoder is a state machine without I/O: the same
 * bytes give the same records however they are cut, and it keeps none of the caller's memory.
 */
export interface Decoder<Record> {
  /**
   * Takes the next bytes and gives the records that they complete.
   * `bytes` may be reused by the caller as soon as this returns, before the records are read.
   *
   * Good records that stand before a malformed one are not lost: the iterable gives them and then
   * throws. It can be read once. After an error a decoder is of no further use.
   *
   * @throws RecordTooLargeError when an unfinished record passes the limit.
   * @throws ChunkParseError when a record is malformed.
   */
  decode(bytes: Uint8Array): Iterable<Record>;
  /** Says that no more bytes will come and gives what was left: a last record without its terminator. */
  flush(): Iterable<Record>;
  /**
   * `true` after {@link flush} where the bytes ended inside of a line or a character that gave no whole record:
   * the response was cut, unless the end of the answer had been announced.
   */
  readonly isCut?: boolean | undefined;
  /** The words that are no record, and behind which none came: a failure's, unless the end had been announced. */
  readonly strayWords?: string | undefined;
  /** `true` once the format's own end marker was read (`[DONE]`, the closing `]` of an array). */
  readonly ended?: boolean | undefined;
  /** The data of the event that is the end marker. It is no record. */
  readonly markData?: string | undefined;
  /** `true`: what follows the end marker is malformed unless it is white space. Default: it is not read. */
  readonly judgesRest?: boolean | undefined;
  /** The envelopes of the records that the last call gave, at the records' places; `undefined` where none has one. */
  readonly envelopes?: readonly (RecordEnvelope | undefined)[] | undefined;
}

/** A wire format: which content-types it reads, and how to make a decoder for one response. */
export interface StreamFormat<Record> {
  /** A short name for messages: `"sse"`, `"jsonLines"`. */
  readonly name?: string | undefined;
  /** The media types it reads, most wanted first: sent as `accept`, and expected back. `*` wildcards allowed. */
  readonly contentTypes: readonly string[];
  /**
   * `true`: the format's author says that its end marker ends every answer, so that one without it is cut, unless its
   * end was announced otherwise. Settings go first (`endOfStream`).
   */
  readonly isMarked?: boolean | undefined;
  /** A decoder for one response. */
  createDecoder(limits: DecoderLimits): Decoder<Record>;
  /**
   * Tells whether a response is in this format though its content-type says otherwise, by its first bytes (without
   * white space and a byte order mark before them); `undefined` while more are needed to tell. A format
   * without it goes by the content-type.
   */
  readonly recognises?: ((start: Uint8Array) => boolean | undefined) | undefined;
  /** The format to use for a response of this content-type, where it depends on that (`autoFormat`); `undefined`: this one. */
  readonly forContentType?:
    ((contentType: string | undefined) => StreamFormat<Record> | undefined) | undefined;
}

/** Tells whether a value is a format, as far as can be seen before it makes a decoder. */
export function isFormat<Record>(
  value: Partial<StreamFormat<Record>>,
): value is StreamFormat<Record> {
  return typeof value.createDecoder === "function" && Array.isArray(value.contentTypes);
}

/**
 * The media type of a content-type header, lower-case, without parameters; `""` for none. Of a header that
 * was sent twice, which arrives joined with a comma, the first one counts.
 */
export function mediaType(contentType: string | undefined): string {
  return (
    /^[\s,]*([^;,]*)/
      .exec(contentType ?? "")?.[1]
      ?.trim()
      .toLowerCase() ?? ""
  );
}
