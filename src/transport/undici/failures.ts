/**
 * What went wrong below, said in this package's errors. The original is never attached: undici and
 * Node put addresses with credentials into properties of theirs. `cause` is a plain copy of its
 * name, code and message.
 */
import { ConnectionError, HookError, TimeoutError, TruncatedStreamError } from "../../errors.js";
import { accessError } from "./access.js";
import type { ConnectionOptions } from "../connection.js";
import { proxyFor, readProxyEnvironment } from "./proxy.js";

/** Where a request went, as messages may name it. */
interface Destination {
  /** `host:port`, or the path of a socket. */
  readonly target: string;
  /** The proxy for the target, where there may be one. */
  readonly proxy: URL | undefined;
}

/**
 * A failure to reach a proxy, or the proxy's refusal. It has a code of its own: on some codes of sockets
 * undici connects again at once, some thousand times a second (nodejs/undici#3897).
 */
export class ProxyFailure extends Error {
  readonly code = "PROXY_FAILURE";

  /** @param proxy `host:port` */
  constructor(
    readonly proxy: string,
    override readonly cause: Error,
  ) {
    super(cause.message);
  }
}

function destinationOf(address: string, { proxy, socketPath }: ConnectionOptions): Destination {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return { target: "the server", proxy: undefined };
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const named = proxy === "env" ? readProxyEnvironment() : proxy || undefined;
  return {
    target: socketPath ?? `${url.hostname}:${port}`,
    proxy: proxyFor(url.protocol, named),
  };
}

/** A copy of an error that is safe to show. */
export function plainCause(error: unknown): Error {
  const original = error instanceof Error ? error : new Error(String(error));
  const cause = new Error(withoutCredentials(original.message));
  cause.name = original.name;
  const code = codeOf(original);
  return code === "" ? cause : Object.assign(cause, { code });
}

function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, "//");
}

/** The code that tells most: dual-stack connections fail with one error per address, proxies wrap. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code } = error as { code?: unknown };
  // undici means to give these a code, but looks it up the wrong way round.
  if (error.name === "HTTPParserError" && code === undefined) return "HPE_ERROR";
  const inner: unknown =
    error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  if (typeof code === "string" && !/^(UND_ERR_PRX|PROXY_)/.test(code)) return code;
  return codeOf(inner) || (typeof code === "string" ? code : "");
}

/** The error of a request to `url` that got no response. */
export function failureBeforeHead(error: unknown, url: string, settings: ConnectionOptions): Error {
  // Found here, before anything was sent.
  if (HookError.isInstance(error)) return error;
  const refused = accessError(error, "connect to a server");
  if (refused !== undefined) return refused;
  const { connectTimeoutMs } = settings;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const options = { cause: plainCause(error) };
  if (code === "UND_ERR_CONNECT_TIMEOUT")
    return new TimeoutError("connect", connectTimeoutMs, options);
  // Of the answer to CONNECT: that is a part of connecting.
  if (code === "UND_ERR_HEADERS_TIMEOUT" && error instanceof ProxyFailure)
    return new TimeoutError("connect", connectTimeoutMs, options);
  if (code === "UND_ERR_HEADERS_TIMEOUT") return new TimeoutError("headers", undefined, options);
  if (code === "UND_ERR_INVALID_ARG" && /header/i.test(message) && !/proxy/i.test(message)) {
    return new HookError("headers", `undici refuses a request header: ${message}.`, options);
  }
  const destination = destinationOf(url, settings);
  const { target } = destination;
  const text =
    blameOnProxy(error, destination) ??
    explain(code, target, "model server") ??
    `the request to ${target} failed: ${describe(code, message)}.`;
  return new ConnectionError(text, options);
}

/** The text of a failure that is the proxy's. */
function blameOnProxy(error: unknown, { target, proxy }: Destination): string | undefined {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const status =
    /Proxy response \((\d+)\)/.exec(message)?.[1] ?? (/\(407\)/.test(message) ? "407" : undefined);
  const isSocks = proxy?.protocol.startsWith("socks") === true && isUnreachable(code);
  const host = error instanceof ProxyFailure ? error.proxy : isSocks || status ? proxy?.host : "";
  if (host === "") return undefined;
  const name = host === undefined ? "the proxy" : `the proxy ${host}`;
  if (status !== undefined) {
    return (
      `${name} answered ${status} instead of connecting to ${target}. ` +
      (status === "407"
        ? "Check the credentials in the proxy's address."
        : "Check the proxy's rules.")
    );
  }
  if (code === "UND_ERR_SOCKET") {
    return `${name} closed the connection when it was asked to connect to ${target} (${code}). Check the proxy's rules, and that it is an HTTP proxy.`;
  }
  return (
    explain(code, name, "proxy") ??
    `${name} did not connect to ${target}: ${describe(code, message)}.`
  );
}

/** Nothing but a proxy of the kind SOCKS is connected to where there is one. */
function isUnreachable(code: string): boolean {
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
}

/** The error of a body that did not arrive whole. */
export function failureAfterHead(error: unknown): TruncatedStreamError {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const why =
    code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH"
      ? "its length is not what content-length said"
      : code.startsWith("HPE_")
        ? "its chunked encoding ended early or is damaged"
        : code === "ERR_HTTP2_STREAM_ERROR"
          ? "the server reset the stream"
          : "the connection was lost";
  return new TruncatedStreamError(
    `the response's body broke off: ${why} (${describe(code, message)}). ` +
      "The server, or a proxy on the way, gave up on the answer.",
    { cause: plainCause(error) },
  );
}

function describe(code: string, message: string): string {
  const text = withoutCredentials(message).replace(/\.$/, "");
  if (code === "" || text.includes(code)) return text || "unknown error";
  return text === "" ? code : `${text}, ${code}`;
}

function explain(code: string, target: string, role: string): string | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return `nobody listens at ${target} (${code}). Is the ${role} running?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name of ${target} could not be resolved (${code}). Check the host's spelling, the network, and whether a proxy is needed.`;
    case "ENOENT":
      return `there is no socket at ${target} (${code}). Is the ${role} running?`;
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return `${target} closed the connection before it answered (${code}). The server, or a proxy on the way, may have restarted or refused the request.`;
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return `${target} cannot be reached (${code}). Check the address, the network and the firewall.`;
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return `no TLS connection with ${target} (${code}). Does it speak plain HTTP? Then write http:// instead of https://.`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate of ${target} is for another name (${code}). Check the host, or set tls.servername.`;
    case "CERT_HAS_EXPIRED":
      return `the certificate of ${target} has expired (${code}).`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return `the certificate of ${target} is not trusted (${code}). Give its authority as tls.ca, or in NODE_EXTRA_CA_CERTS.`;
    case "UND_ERR_HEADERS_OVERFLOW":
    case "HPE_HEADER_OVERFLOW":
      return `the response headers of ${target} are too large (${code}). Raise limits.maxHeaderBytes.`;
    case "UND_ERR_DESTROYED":
    case "UND_ERR_CLOSED":
      return `the dispatcher has been closed (${code}). Keep it open while the model is in use.`;
    default:
      return code.startsWith("HPE_")
        ? `${target} did not answer with HTTP/1.1 (${code}). Check the port, and http:// against https://.`
        : undefined;
  }
}
