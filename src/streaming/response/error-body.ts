import type { HttpStatusError } from "../../errors.js";
import type { Deadline, ResponseHead } from "../../transport/transport.js";
import type { CallState } from "../call/call-state.js";
import type { Effects } from "../effects.js";
import { ResponseBody, decodeBody } from "./response-body.js";
import { statusError } from "./status-error.js";

/** The error of a response whose status is not 2xx. */
export function* readStatusError<R>(
  state: CallState<R>,
  head: ResponseHead,
): Effects<HttpStatusError> {
  const { call, deadlines } = state;
  const { maxErrorBodyBytes } = call.settings.limits;
  const body = yield* errorText(head, maxErrorBodyBytes, deadlines.errorBody());
  const secrets = state.secrets();
  return statusError({ head, body, secrets, parseError: call.parseError?.bind(call) });
}

/** The start of the body of a response whose status is not 2xx. */
export function* errorText(
  { headers }: ResponseHead,
  maxBytes: number,
  deadline: Deadline,
): Effects<string> {
  return decodeBody(yield* ResponseBody.ofError(headers["content-type"]).start(maxBytes, deadline));
}
