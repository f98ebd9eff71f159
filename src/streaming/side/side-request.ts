import { HookError, HttpStreamingError } from "../../errors.js";
import type { Deadline } from "../../transport/transport.js";
import type { HookRequest, HookResponse } from "../hooks/hook-types.js";
import { limit, type Effects } from "../effects.js";
import { errorText } from "../response/error-body.js";
import { ResponseBody, decodeBody } from "../response/response-body.js";
import { bodyValue } from "../response/body-value.js";
import { statusError } from "../response/status-error.js";
import { redactChain } from "../redaction/redaction.js";
import type { Secrets } from "../redaction/secrets.js";
import { markSideError } from "../retry/side-error.js";
import { Deadlines } from "../retry/deadlines.js";
import type { ResolvedSettings } from "../settings/settings.js";
import { methodFor, ownHeaders } from "../request/build-request.js";
import { shownUrl, takeUserinfo } from "../request/endpoint.js";
import { addHeaders } from "../request/headers.js";
import { encodeOptional } from "../request/payload.js";
import { openFollowing } from "../request/redirect.js";
import { checkHookRequest } from "../request/hook-request.js";

/**
 * A small request of a hook's, and its whole response.
 *
 * @param secrets takes what a server must not bring into an error of the call.
 * @throws the errors of a call, each naming the step.
 */
export function* sideRequest(
  request: HookRequest,
  settings: ResolvedSettings,
  total: Deadline,
  secrets: Secrets,
): Effects<HookResponse> {
  const url = checkHookRequest(request, "request()", refuse);
  const { step = "request()", payload = null, headers: given } = request;
  const { body, headers: typed } = encodeOptional(payload, step);
  const method = request.method ?? methodFor(payload);
  const headers: Record<string, string> = {
    ...ownHeaders("application/json"),
    ...typed,
    ...takeUserinfo(url),
  };
  addHeaders(headers, given, step);
  secrets.add({ headers, url, body });
  try {
    yield* limit(total);
    return yield* exchange({ method, url: url.href, headers, body }, settings, total, secrets);
  } catch (error) {
    if (HttpStreamingError.isInstance(error)) {
      error.message = `${step}: ${method} ${shownUrl(url)}: ${error.message}`;
      redactChain(error, secrets);
      markSideError(error);
    }
    throw error;
  }
}

function refuse(what: string): HookError {
  return new HookError(
    "request()",
    `request() was given ${what}. Give it { url, method?, headers?, payload?, step? }.`,
  );
}

function* exchange(
  request: Parameters<typeof openFollowing>[0],
  { timeouts, limits, redirect }: ResolvedSettings,
  total: Deadline,
  secrets: Secrets,
): Effects<HookResponse> {
  const deadlines = new Deadlines(timeouts, total);
  const head = yield* openFollowing(request, redirect, () => deadlines.head());
  const { status, headers } = head;
  if (status < 200 || status > 299) {
    const body = yield* errorText(head, limits.maxErrorBodyBytes, deadlines.errorBody());
    throw statusError({ head, body, secrets });
  }
  const response = new ResponseBody(headers["content-type"]);
  const text = decodeBody(yield* response.whole(limits, () => deadlines.firstChunk()));
  return { status, headers, body: bodyValue(text, response.contentType) };
}
