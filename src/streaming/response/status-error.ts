import { HookError, HttpStatusError } from "../../errors.js";
import { tryJson } from "../../formats/json/try-json.js";
import type { ResponseHead } from "../../transport/transport.js";
import {
  isContextOverflow,
  isModelLoading,
  OVERFLOW_HINT,
  type ErrorFacts,
} from "../retry/failure-kind.js";
import type { ParsedError } from "../hooks/hook-types.js";
import { atOnce } from "../hooks/hook-call.js";
import { readProviderError, shorten } from "../provider/provider-error.js";
import { requestIdOf } from "../provider/request-id.js";
import { retryInfoMs } from "../provider/retry-info.js";
import { messageOf } from "../../transport/network-failure.js";
import { parseRetryAfter } from "../retry/retry.js";
import type { Secrets } from "../redaction/secrets.js";

/** Response headers that name sessions, challenges or places, which an error need not carry. */
const UNKEPT_HEADERS: ReadonlySet<string> = new Set([
  "set-cookie",
  "set-cookie2",
  "www-authenticate",
  "proxy-authenticate",
  "location",
]);

/** The advice on a status, for the ends of messages. */
const HINTS: Readonly<Record<number, string>> = {
  400: "The server refused the payload: compare buildPayload with its API.",
  401: "Check the credentials in headers().",
  403: "The credentials in headers() lack the permission.",
  404: "Check the endpoint's path and the model's name.",
  405: "The endpoint does not take requests of this method: check its path.",
  413: "The prompt is too large for this server.",
  415: "The server does not read this content-type: an object goes as JSON, a string as text/plain. Compare buildPayload with its API.",
  422: "The server refused the payload: compare buildPayload with its API.",
  429: "Too many requests: wait, or lower maxConcurrency.",
  501: "The server does not offer this: compare the endpoint and buildPayload with its API.",
};

const LOADING_HINT = "The server is loading its model. To wait longer, raise maxRetries.";

/** The parts of an error response that its error is made from. */
export interface StatusErrorParts {
  readonly head: ResponseHead;
  /** The start of the body, decoded. */
  readonly body: string;
  /** The texts that are never to be shown though a server may echo them. */
  readonly secrets: Secrets;
  readonly parseError?:
    ((status: number, body: unknown) => ParsedError | string | null | undefined) | undefined;
}

/** Makes the error of a response whose status is not 2xx. */
export function statusError({
  head,
  body,
  secrets,
  parseError,
}: StatusErrorParts): HttpStatusError {
  const { status, headers } = head;
  const safeBody = secrets.redactStart(body);
  const json = tryJson(safeBody);
  const { parsed, fault } = askParseError(() =>
    atOnce("parseError", parseError?.(status, json ?? safeBody)),
  );
  const provider = parsed ?? readProviderError(json ?? safeBody);
  const words = provider?.message ? shorten(secrets.redact(provider.message)) : "";
  const facts = {
    status,
    providerCode:
      provider?.code === undefined || provider.code === null ? undefined : String(provider.code),
    providerType: provider?.type ?? undefined,
  };
  const said = words && `: ${words}`;
  const hint = hintFor({ ...facts, message: words });
  const requestId = requestIdOf(headers);
  const retryAfterMs = parseRetryAfter(headers) ?? retryInfoMs(json);
  const wait = retryAfterMs ? ` It asks to wait ${Math.ceil(retryAfterMs / 100) / 10} s.` : "";
  const message = `the server answered ${status}${said}${hint && ` (${hint})`}${wait}${fault}`;
  return new HttpStatusError(message, {
    ...facts,
    headers: Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => !UNKEPT_HEADERS.has(name))
        .map(([name, value]) => [name, secrets.redact(value)]),
    ),
    body: safeBody,
    requestId: requestId === undefined ? undefined : secrets.redact(requestId),
    retryAfterMs,
  });
}

function hintFor(facts: ErrorFacts & { readonly status: number }): string {
  if (isContextOverflow(facts)) return OVERFLOW_HINT;
  if (isModelLoading(facts)) return LOADING_HINT;
  const { status } = facts;
  return HINTS[status] ?? (status >= 500 ? "The server failed: its log says why." : "");
}

const NO_MESSAGE =
  " (And parseError returned no message: return { message, code?, type? }, a string, or nothing.)";

/** A fault in the author's hook must not hide the server's answer: it is told beside it. */
function askParseError(ask: () => unknown): { parsed?: ParsedError | undefined; fault: string } {
  try {
    const parsed = ask();
    if (typeof parsed === "string") return { parsed: { message: parsed }, fault: "" };
    if (parsed === undefined || parsed === null) return { fault: "" };
    // A misspelt one, or a value of another kind; one that is not there may be the body's.
    if (typeof parsed !== "object" || !("message" in parsed)) return { fault: NO_MESSAGE };
    const { message } = parsed;
    return { parsed: typeof message === "string" ? (parsed as ParsedError) : undefined, fault: "" };
  } catch (error) {
    const what = HookError.isInstance(error)
      ? error.message
      : `parseError threw: ${messageOf(error)}`;
    return { fault: ` (And ${what})` };
  }
}
