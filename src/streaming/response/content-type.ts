import { UnexpectedContentTypeError } from "../../errors.js";
import { mediaType, type StreamFormat } from "../../formats/format.js";
import { JSON_LINES_TYPES } from "../../formats/json-lines.js";
import { contentStart } from "../../formats/opening.js";
import { callHook } from "../hooks/hook-call.js";

const HTML_TYPES: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);
const LESS_THAN = 0x3c;

/** The content-types of servers that do not know better: they say nothing about the format. */
const GENERIC_TYPES: ReadonlySet<string> = new Set([
  "",
  "text/plain",
  "application/octet-stream",
  "binary/octet-stream",
]);

/** The verdict of a response's content-type on a format: only {@link judgeContent} can tell where it is `"open"`. */
export type Readability = "readable" | "unreadable" | "open";

/** Judges whether a response of this content-type may be read by the format. */
export function readability(
  format: StreamFormat<unknown>,
  contentType: string | undefined,
): Readability {
  const type = mediaType(contentType);
  if (format.contentTypes.includes(type)) return "readable";
  // The default of many web frameworks, and the type of login forms and proxies' errors.
  if (HTML_TYPES.has(type)) return "open";
  if (GENERIC_TYPES.has(type) || format.contentTypes.some((pattern) => covers(pattern, type))) {
    return "readable";
  }
  return format.recognises === undefined ? "unreadable" : "open";
}

function covers(pattern: string, type: string): boolean {
  return pattern === "*/*" || (pattern.endsWith("/*") && type.startsWith(pattern.slice(0, -1)));
}

/**
 * Judges by the first bytes what the content-type leaves open: HTML that is none, and a format that
 * knows its own under any name. `undefined` while more bytes are needed to tell.
 *
 * @param start without white space and a byte order mark before it.
 */
export function judgeContent(
  format: StreamFormat<unknown>,
  contentType: string | undefined,
  start: Uint8Array,
): boolean | undefined {
  if (start.length === 0) return undefined;
  return HTML_TYPES.has(mediaType(contentType))
    ? start[0] !== LESS_THAN
    : callHook("format", () => format.recognises?.(start));
}

/** Tells a page of HTML from what is only called so. */
export function isPage(contentType: string | undefined, body: Uint8Array): boolean {
  return HTML_TYPES.has(mediaType(contentType)) && body[contentStart(body)] === LESS_THAN;
}

/** The error for a response that the format cannot read. */
export function unexpectedContentType(
  format: StreamFormat<unknown>,
  contentType: string | undefined,
  body: string,
): UnexpectedContentTypeError {
  const type = mediaType(contentType) || "no content-type";
  const reader = ["the format", format.name].filter(Boolean).join(" ");
  return new UnexpectedContentTypeError(
    `the server answered with ${type}, which ${reader} cannot read. ${hint(type)}`,
    { contentType: contentType ?? "", body },
  );
}

function hint(type: string): string {
  if (HTML_TYPES.has(type)) {
    return "An HTML page is a login form or a proxy's error: check the endpoint and the credentials.";
  }
  if (type === "text/event-stream") return "Set format to sse().";
  if (JSON_LINES_TYPES.includes(type)) return "Set format to jsonLines().";
  if (type === "application/json-seq") return "Set format to jsonSequence().";
  if (type.endsWith("json")) {
    return "If this is no stream, check the payload's stream flag or set streaming: false; if it is JSON lines, set format to jsonLines().";
  }
  return "Set format to the one that the server speaks.";
}
