import { UnexpectedContentTypeError } from "../errors.js";
import type { StreamFormat } from "../formats/format.js";

/** What servers send when they do not know better: says nothing about the format. */
const GENERIC_TYPES: ReadonlySet<string> = new Set([
  "",
  "text/plain",
  "application/octet-stream",
  "binary/octet-stream",
]);

/** The media type of a content-type header, lower-case, without parameters; `""` for none. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Whether a response of this content-type may be read by the format. */
export function isReadable(
  format: StreamFormat<unknown>,
  contentType: string | undefined,
): boolean {
  const type = mediaType(contentType);
  if (GENERIC_TYPES.has(type)) return true;
  // A wildcard is for text a model writes; a page of HTML is a login form or a proxy's error.
  return format.contentTypes.some((pattern) =>
    pattern.endsWith("/*")
      ? (pattern === "*/*" || type.startsWith(pattern.slice(0, -1))) && type !== "text/html"
      : pattern === type,
  );
}

/** The error for a response that the format cannot read. */
export function unexpectedContentType(
  format: StreamFormat<unknown>,
  contentType: string,
  body: string,
): UnexpectedContentTypeError {
  const type = mediaType(contentType);
  return new UnexpectedContentTypeError(
    `the server answered with ${type}, which the format ${format.name ?? ""} cannot read. ${hint(type)}`.replaceAll(
      "  ",
      " ",
    ),
    { contentType, body },
  );
}

function hint(type: string): string {
  if (type === "text/html") {
    return "An HTML page is a login form or a proxy's error: check the endpoint and the credentials.";
  }
  if (type === "text/event-stream") return "Set format to sse().";
  if (type.endsWith("json")) {
    return "If the server ignored the wish to stream, check the payload's stream flag or set streaming: false; if it streams JSON lines, set format to jsonLines().";
  }
  return "Set format to the one that the server speaks.";
}
