/** Translates failures of undici into this package's errors. */
import { ConnectionError, HookError, TimeoutError } from "../../errors.js";
import { accessError } from "./access.js";
import type { ConnectionOptions } from "../connection.js";
import {
  codeOf,
  describe,
  explainConnection,
  messageOf,
  plainCause,
  serverAt,
} from "../network-failure.js";
import { namedProxy, proxyFor } from "./proxy.js";

/** The target of a request, as messages may name it. */
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

function destinationOf(address: string, options: ConnectionOptions): Destination {
  if (!URL.canParse(address)) return { target: serverAt(address), proxy: undefined };
  return {
    target: options.socketPath ?? serverAt(address),
    proxy: proxyFor(new URL(address).protocol, namedProxy(options)),
  };
}

/** The error of a request to `url` that got no response. */
export function failureBeforeHead(error: unknown, url: string, settings: ConnectionOptions): Error {
  // Found here, before anything was sent.
  if (HookError.isInstance(error)) return error;
  const refused = accessError(error, "connect to a server");
  if (refused !== undefined) return refused;
  const { connectTimeoutMs } = settings;
  const code = codeOf(error);
  const message = messageOf(error);
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
  const message = messageOf(error);
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

/** Hints for failures that undici alone knows, or that a setting of its own can mend. */
function explain(code: string, target: string, role: string): string | undefined {
  switch (code) {
    case "ENOENT":
      return `there is no socket at ${target} (${code}). Is the ${role} running?`;
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
      return explainConnection(code, target, role);
  }
}
