/** Translates failures of `fetch` into this package's errors. */
import {
  ConnectionError,
  HookError,
  TimeoutError,
  UnexpectedContentTypeError,
} from "../../errors.js";
import {
  brokenBody,
  codeOf,
  describe,
  explainConnection,
  messageOf,
  plainCause,
  serverAt,
} from "../network-failure.js";

/** The error of a request to `address` that got no response. */
export function failureBeforeHead(error: unknown, address: string): Error {
  // Found here, before anything was sent; or thrown by a fetch of the author's.
  if (HookError.isInstance(error)) return error;
  const code = codeOf(error);
  const message = messageOf(partOf(error));
  const options = { cause: plainCause(error) };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return new TimeoutError("connect", undefined, options);
  if (code === "UND_ERR_HEADERS_TIMEOUT") return new TimeoutError("headers", undefined, options);
  const target = serverAt(address);
  if (/bad port|port \d+ (is|are) blocked/i.test(message)) {
    return new HookError(
      "endpoint",
      `fetch does not connect to ${target}: its port is for another protocol. Use another port, or undiciTransport() on Node.`,
      options,
    );
  }
  return new ConnectionError(
    explainConnection(code, target, "model server") ?? reason(target, code, message),
    options,
  );
}

function reason(target: string, code: string, message: string): string {
  if (/HEADERS?_OVERFLOW$/.test(code)) {
    return `the response headers of ${target} are too large for this fetch (${code}). Use undiciTransport() on Node, and limits.maxHeaderBytes.`;
  }
  const text = `the request to ${target} failed: ${describe(code, message)}.`;
  if (code !== "") return text;
  // Browsers tell scripts no more than that.
  return `${text} Check that the server runs, that its certificate is trusted and, in a browser, that it allows requests from this page (CORS): the console says which.`;
}

/** Node, Deno: "fetch failed", and the reason within. */
function partOf(error: unknown): unknown {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause instanceof Error ? cause : error;
}

/** The error of a body that did not arrive whole. */
export function failureAfterHead(error: unknown): Error {
  if (HookError.isInstance(error) || UnexpectedContentTypeError.isInstance(error)) return error;
  if (codeOf(error) === "UND_ERR_BODY_TIMEOUT") {
    return new TimeoutError("idle", undefined, { cause: plainCause(error) });
  }
  return brokenBody(error);
}
