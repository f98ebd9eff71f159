import { concatBytes } from "#runtime";
import { HttpStreamingError, RecordTooLargeError, ResponseTooLargeError } from "../../errors.js";
import type { Deadline, ResponseHead } from "../../transport/transport.js";
import { recordTooLong } from "../text/too-large.js";
import { read, release, type Effects } from "../effects.js";
import type { ResolvedSettings } from "../settings/settings.js";
import { charsetOf, type Charset } from "./charset.js";

/** The bytes that have arrived since the last read, in UTF-8; `undefined` after the last. */
export function* readIn(
  charset: Charset | undefined,
  deadline: Deadline,
): Effects<readonly Uint8Array[] | undefined> {
  const buffers = yield* read(deadline);
  if (charset === undefined) return buffers;
  return buffers === undefined ? charset.end() : charset.convert(buffers);
}

/**
 * All bytes of a body that is one record.
 *
 * @throws RecordTooLargeError, ResponseTooLargeError past the limits.
 */
export function* readWhole(
  { maxRecordBytes, maxResponseBytes }: ResolvedSettings["limits"],
  deadline: () => Deadline,
  charset?: Charset,
): Effects<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const buffers = yield* readIn(charset, deadline());
    if (buffers === undefined) break;
    for (const bytes of buffers) {
      pieces.push(bytes);
      length += bytes.length;
    }
    if (length > maxResponseBytes) throw new ResponseTooLargeError(maxResponseBytes);
    if (length > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
  }
  yield* release();
  return concatBytes(pieces);
}

/**
 * The text of bytes in UTF-8, without a byte order mark.
 *
 * @throws RecordTooLargeError where they are more than a string can hold, as limits may allow.
 */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder().decode(bytes);
  } catch {
    throw recordTooLong();
  }
}

/**
 * The start of a body; what cannot be read is left out, for the response itself is the news.
 *
 * @param opening what has been read of it by now.
 */
export function* readStart(
  maxBytes: number,
  deadline: Deadline,
  opening: readonly Uint8Array[] = [],
  charset?: Charset,
): Effects<Uint8Array> {
  const pieces = [...opening];
  let length = pieces.reduce((sum, bytes) => sum + bytes.length, 0);
  try {
    while (length < maxBytes) {
      const buffers = yield* readIn(charset, deadline);
      if (buffers === undefined) break;
      for (const bytes of buffers) {
        pieces.push(bytes);
        length += bytes.length;
      }
    }
  } catch (error) {
    if (!HttpStreamingError.isInstance(error)) throw error;
  }
  yield* release();
  return concatBytes(pieces).subarray(0, maxBytes);
}

/** The start of an error's body. A charset that nobody knows must not hide the error. */
export function* readErrorText(
  { headers }: ResponseHead,
  maxBytes: number,
  deadline: Deadline,
): Effects<string> {
  return textOf(yield* readStart(maxBytes, deadline, [], knownCharset(headers["content-type"])));
}

function knownCharset(contentType: string | undefined): Charset | undefined {
  try {
    return charsetOf(contentType);
  } catch {
    return undefined;
  }
}
