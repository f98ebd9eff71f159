import { joinHeaders, type HeaderValue } from "../joined-headers.js";

/** A response that a dispatcher reported as an error of its own. */
export interface RefusedResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The codes of undici's errors for a status: of its interceptor `responseError`, and of `RetryAgent`. */
const CODES: ReadonlySet<unknown> = new Set(["UND_ERR_RESPONSE", "UND_ERR_REQ_RETRY"]);

/**
 * The response within an error of undici's, to be judged as any other: the status, and as much of the body as
 * the error holds. `undefined` for other errors.
 */
export function refusedResponse(error: unknown): RefusedResponse | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, statusCode, headers, body } = error as Partial<Record<string, unknown>>;
  if (!CODES.has(code) || typeof statusCode !== "number" || statusCode < 300) return undefined;
  const {
    // The interceptor has read the body already.
    "content-encoding": _encoding,
    "content-length": _length,
    ...rest
  } = joinHeaders(Object.entries((headers ?? {}) as Record<string, HeaderValue>));
  const text = typeof body === "string" ? body : (JSON.stringify(body) as string | undefined);
  return { status: statusCode, headers: rest, body: Buffer.from(text ?? "") };
}
