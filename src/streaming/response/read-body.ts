import { concatBytes } from "#runtime";
import { HttpStreamingError, RecordTooLargeError, ResponseTooLargeError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import { recordTooLong } from "../answer/too-large.js";
import { read, release, type Effects } from "../call/effects.js";
import type { ResolvedSettings } from "../settings.js";

/**
 * All bytes of a body that is one record.
 *
 * @throws RecordTooLargeError, ResponseTooLargeError past the limits.
 */
export function* readWhole(
  { maxRecordBytes, maxResponseBytes }: ResolvedSettings["limits"],
  deadline: () => Deadline,
): Effects<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const buffers = yield* read(deadline());
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
): Effects<Uint8Array> {
  const pieces = [...opening];
  let length = pieces.reduce((sum, bytes) => sum + bytes.length, 0);
  try {
    while (length < maxBytes) {
      const buffers = yield* read(deadline);
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
