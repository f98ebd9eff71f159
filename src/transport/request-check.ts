/** Finds what is wrong with a request before it is sent, and says it in the same words for every transport. */
import { HookError } from "../errors.js";

/** Set by the connection itself. */
const RESERVED = new Set(["connection", "expect", "keep-alive", "transfer-encoding", "upgrade"]);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws HookError when the text is no absolute URL of HTTP */
export function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // Not the value: it may hold a password.
  throw new HookError("endpoint", "the endpoint is not an absolute http: or https: URL.");
}

/**
 * The headers that a request is sent with: lower-case names, the credentials of the URL among them.
 * @throws HookError when one of them cannot be sent
 */
export function checkedHeaders(
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
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A "%" that stands for itself.
    return part;
  }
}
