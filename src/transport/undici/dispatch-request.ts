import { checkedHeaders, parseUrl } from "../request-check.js";
import type { Encoded } from "../form-body.js";
import type { HttpRequest } from "../transport.js";

/** A request as undici's `dispatch()` wants it. */
export interface DispatchRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  /** Off: undici's own 300 s never decide. */
  readonly headersTimeout: 0;
  readonly bodyTimeout: 0;
}

/** @throws HookError when the URL is none, or a header cannot be sent */
export function toDispatchRequest(request: Encoded<HttpRequest>): DispatchRequest {
  const url = parseUrl(request.url);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method,
    headers: checkedHeaders(request.headers, url),
    body: request.body ?? null,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}
