import { HttpStreamingError, RecordTooLargeError, ResponseTooLargeError } from "../../errors.js";
import { ByteBuffer } from "../../formats/bytes/byte-buffer.js";
import type { Deadline } from "../../transport/transport.js";
import { recordTooLong } from "../text/too-large.js";
import { emit, read, release, stream, type Effects, type StreamedBody } from "../effects.js";
import type { ResolvedSettings } from "../settings/settings.js";
import { charsetOf, type Charset } from "./charset.js";

/** The body of a response, in whatever charset it comes: what is read of it is UTF-8. */
export class ResponseBody {
  readonly contentType: string | undefined;
  readonly #charset: Charset | undefined;

  /** @throws UnexpectedContentTypeError for a charset that nobody here knows. */
  constructor(contentType?: string) {
    this.contentType = contentType;
    this.#charset = charsetOf(contentType);
  }

  /** The body of an error, which a charset that nobody knows must not hide. */
  static ofError(contentType: string | undefined): ResponseBody {
    try {
      return new ResponseBody(contentType);
    } catch {
      return new ResponseBody();
    }
  }

  /** The bytes that have arrived since the last read; `undefined` after the last. */
  *read(deadline: Deadline): Effects<readonly Uint8Array[] | undefined> {
    const buffers = yield* read(deadline);
    if (this.#charset === undefined) return buffers;
    return buffers === undefined ? this.#charset.end() : this.#charset.convert(buffers);
  }

  /**
   * All bytes of a body that is one record.
   *
   * @throws RecordTooLargeError, ResponseTooLargeError past the limits.
   */
  *whole(
    { maxRecordBytes, maxResponseBytes }: ResolvedSettings["limits"],
    deadline: () => Deadline,
  ): Effects<Uint8Array> {
    const body = new ByteBuffer();
    for (;;) {
      const buffers = yield* this.read(deadline());
      if (buffers === undefined) break;
      body.appendAll(buffers);
      if (body.length > maxResponseBytes) throw new ResponseTooLargeError(maxResponseBytes);
      if (body.length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
    }
    yield* release();
    return body.held;
  }

  /**
   * The start of a body that says why there is no answer. What cannot be read of it is left out.
   *
   * @param opening what has been read by now.
   */
  *start(
    maxBytes: number,
    deadline: Deadline,
    opening: readonly Uint8Array[] = [],
  ): Effects<Uint8Array> {
    const body = new ByteBuffer();
    body.appendAll(opening);
    try {
      while (body.length < maxBytes) {
        const buffers = yield* this.read(deadline);
        if (buffers === undefined) break;
        body.appendAll(buffers);
      }
    } catch (error) {
      if (!HttpStreamingError.isInstance(error)) throw error;
    }
    yield* release();
    return body.held.subarray(0, maxBytes);
  }

  /** Reads on as long as `body` wants more, which makes deltas of it. */
  *stream(body: StreamedBody): Effects<void> {
    const charset = this.#charset;
    if (charset === undefined) {
      yield* stream(body);
      return;
    }
    yield* stream({
      get finished() {
        return body.finished;
      },
      deadline: () => body.deadline(),
      push: (buffers) => body.push(charset.convert(buffers)),
    });
    const rest = body.finished ? undefined : charset.end();
    if (rest !== undefined) yield* emit(body.push(rest));
  }
}

/**
 * The text of bytes in UTF-8, without a byte order mark.
 *
 * @throws RecordTooLargeError where they are more than a string can hold, as limits may allow.
 */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return new TextDecoder().decode(bytes);
  } catch {
    throw recordTooLong();
  }
}
