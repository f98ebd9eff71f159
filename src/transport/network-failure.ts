/**
 * Failures of the network, in this package's words. The original is never attached: undici, Node and others
 * put addresses with credentials into properties and messages of theirs. `cause` is a plain copy of its name,
 * code and message.
 */
import { explainBreak } from "#runtime";
import { TruncatedStreamError } from "../errors.js";

export { explainConnection } from "#runtime";

/** A copy of an error that is safe to show. */
export function plainCause(error: unknown): Error {
  const cause = new Error(withoutCredentials(messageOf(error)));
  const { name } = partsOf(error);
  if (typeof name === "string") cause.name = name;
  const code = codeOf(error);
  return code === "" ? cause : Object.assign(cause, { code });
}

/** The message of whatever was thrown. Not by class: the error may be another realm's. */
export function messageOf(error: unknown): string {
  const { message } = partsOf(error);
  return typeof message === "string" ? message : textOf(error);
}

/** As `String` has it, which fails for objects without a prototype. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** The code that tells most: dual-stack connections fail with one error per address, proxies wrap. */
export function codeOf(error: unknown): string {
  const { code, name, cause, errors } = partsOf(error);
  // undici means to give these a code, but looks it up the wrong way round.
  if (name === "HTTPParserError" && code === undefined) return "HPE_ERROR";
  if (typeof code === "string" && !/^(UND_ERR_PRX|PROXY_)/.test(code)) return code;
  const inner = Array.isArray(errors) ? (errors as unknown[])[0] : cause;
  const innerCode = inner === undefined ? "" : codeOf(inner);
  return innerCode || (typeof code === "string" ? code : "");
}

function partsOf(error: unknown): Partial<Record<string, unknown>> {
  return typeof error === "object" && error !== null ? error : {};
}

/** The text of an error, with its code. */
export function describe(code: string, message: string): string {
  const text = withoutCredentials(message).replace(/\.$/, "");
  if (code === "" || text.includes(code)) return text || "unknown error";
  return text === "" ? code : `${text}, ${code}`;
}

/** Without the user, the query and the fragment of addresses. */
export function withoutCredentials(text: string): string {
  // Each address is read once, whether it has a query or not: the text may be a server's, of any length.
  return text
    .replace(/\/\/[^/\s]*@/g, "//")
    .replace(/\w:\/\/[^\s"'()]*/g, (address) => address.replace(/[?#].*/, ""));
}

/** The server at an address as messages name it: `host:port`. */
export function serverAt(address: string): string {
  if (!URL.canParse(address)) return "the server";
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** The error of a body that did not arrive whole. */
export function brokenBody(error: unknown): TruncatedStreamError {
  const code = codeOf(error);
  return new TruncatedStreamError(
    `the response's body broke off: ${explainBreak(code)} (${describe(code, messageOf(error))}). ` +
      "The server, or a proxy on the way, gave up on the answer.",
    { cause: plainCause(error) },
  );
}
