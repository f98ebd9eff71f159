import { HttpStreamingError, type HttpStatusError } from "../errors.js";
import type { Deadline, ResponseHead } from "../transport/exchange.js";
import type { CallState } from "./call-state.js";
import { read, release, type Effects } from "./effects.js";
import { statusError } from "./status-error.js";

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

/** The text of bytes in UTF-8, without a byte order mark. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The start of a body; what cannot be read is left out, for the response itself is the news. */
export function* readStart(maxBytes: number, deadline: Deadline): Effects<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
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
  return Buffer.concat(pieces).subarray(0, maxBytes);
}
