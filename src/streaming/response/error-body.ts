import { concatBytes } from "#runtime";
import { HttpStreamingError, type HttpStatusError } from "../../errors.js";
import type { Deadline, ResponseHead } from "../../transport/transport.js";
import type { CallState } from "../call/call-state.js";
import { read, release, type Effects } from "../call/effects.js";
import { statusError } from "./status-error.js";
import { recordTooLong } from "../answer/too-large.js";

/** The error of a response whose status is not 2xx. */
export function* readStatusError<R>(
  state: CallState<R>,
  head: ResponseHead,
): Effects<HttpStatusError> {
  const { call, deadlines } = state;
  const start = yield* readStart(call.settings.limits.maxErrorBodyBytes, deadlines.errorBody());
  const body = textOf(start);
  const secrets = state.secrets();
  return statusError({ head, body, secrets, parseError: call.parseError?.bind(call) });
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
