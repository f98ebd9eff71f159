import { HookError } from "../../errors.js";
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

/** Set by the connection itself. */
const RESERVED = new Set(["connection", "expect", "keep-alive", "transfer-encoding", "upgrade"]);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws HookError when the URL is none, or a header cannot be sent */
export function toDispatchRequest(
  request: HttpRequest,
  body: string | Uint8Array | null,
): DispatchRequest {
  const url = parseEndpoint(request.url);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method,
    headers: checkedHeaders(request.headers, url),
    body,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // Not the value: it may hold a password.
  throw new HookError("endpoint", "the endpoint is not an absolute http: or https: URL.");
}

function checkedHeaders(
  headers: Readonly<Record<string, string>>,
  url: URL,
): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase();
    // The body's real length is known here, and is what gets sent.
    if (key === "content-length") continue;
    if (!TOKEN.test(key)) {
      throw new HookError("headers", `${JSON.stringify(name)} is not a valid header name.`);
    }
    if (RESERVED.has(key)) {
      throw new HookError("headers", `the header "${name}" belongs to the connection. Remove it.`);
    }
    if (typeof value !== "string" || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new HookError("headers", `the value of the header "${name}" ${fault(value)}`);
    }
    checked[key] = value;
  }
  if (url.username !== "" && checked["authorization"] === undefined) {
    checked["authorization"] = basicCredentials(url);
  }
  return checked;
}

function fault(value: unknown): string {
  if (typeof value !== "string")
    return `is ${value === null ? "null" : typeof value}. Give a string.`;
  return /[\r\n]/.test(value)
    ? "contains a line break. Was it read from a file? Trim it."
    : "contains a character that headers cannot carry. Encode it (encodeURIComponent, base64).";
}

/** `Basic …` for the user and password in a URL. */
export function basicCredentials(url: URL): string {
  const text = `${decoded(url.username)}:${decoded(url.password)}`;
  return `Basic ${Buffer.from(text).toString("base64")}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A "%" that stands for itself.
    return part;
  }
}

/**
 * A form as the bytes and the content-type it is sent with.
 * @throws HookError when a part cannot be read, a file that has changed for one
 */
export async function encodeForm(
  form: FormData,
): Promise<{ bytes: Uint8Array; contentType: string }> {
  try {
    const response = new Response(nativeForm(form));
    const contentType = response.headers.get("content-type") ?? "";
    return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
  } catch (cause) {
    throw new HookError("buildPayload", "the FormData could not be read to its end.", { cause });
  }
}

/** `Response` writes only the `FormData` of its own undici as a form; another copy's becomes "[object FormData]". */
function nativeForm(form: FormData): FormData {
  if (form instanceof FormData) return form;
  const copy = new FormData();
  for (const [name, value] of form as Iterable<[string, string | Blob]>) {
    if (typeof value === "string") copy.append(name, value);
    else copy.append(name, value);
  }
  return copy;
}
