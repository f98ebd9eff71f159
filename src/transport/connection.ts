import type { Buffer } from "node:buffer";

/**
 * Anything with undici's `dispatch()`: an `Agent`, `Pool`, `ProxyAgent`, `MockAgent` or a composed
 * dispatcher, of any undici from 6 on. Structural, because the nominal types of two majors of
 * undici do not accept each other.
 */
export interface DispatcherLike {
  /** Sends a request and reports to the handler, as undici documents. */
  dispatch(options: object, handler: object): boolean;
}

/** TLS settings, as `node:tls` knows them. */
export interface TlsOptions {
  /** Certificates to trust instead of Node's own list. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[];
  /** The client's own certificate chain, with `key`. */
  readonly cert?: string | Buffer;
  /** The private key of `cert`. */
  readonly key?: string | Buffer;
  /** What decrypts `key`. */
  readonly passphrase?: string;
  /** The name to ask for and to check, when it is not the URL's host. */
  readonly servername?: string;
  /** `false` accepts any certificate. */
  readonly rejectUnauthorized?: boolean;
}

/** The proxy variables of the environment, read once so that they can cross to a worker. */
export interface ProxyEnvironment {
  readonly http: string;
  readonly https: string;
  readonly none: string;
}

/** The proxy variables as they are now; the lower-case names win, as in curl. */
export function readProxyEnvironment(): ProxyEnvironment {
  const { env } = process;
  return {
    http: env["http_proxy"] ?? env["HTTP_PROXY"] ?? "",
    https: env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "",
    none: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
  };
}

/** `"env"`, an address, or one for each protocol. */
export type NamedProxy = "env" | (string & {}) | URL | ProxyEnvironment;

/** The proxy for servers of a protocol (`"https:"`), where there is one whose address is a URL. */
export function proxyFor(protocol: string, proxy: NamedProxy | undefined): URL | undefined {
  if (proxy === undefined || typeof proxy === "string" || proxy instanceof URL) {
    return parsedUrl(proxy ?? "");
  }
  return (protocol === "https:" ? parsedUrl(proxy.https) : undefined) ?? parsedUrl(proxy.http);
}

function parsedUrl(address: string | URL): URL | undefined {
  return URL.canParse(String(address)) ? new URL(address) : undefined;
}

/** How to connect. All of it but `dispatcher` can cross to a worker. */
export interface ConnectionOptions {
  /** From the start until the request is on a socket, in ms. 0 or `Infinity`: never. */
  readonly connectTimeoutMs: number;
  /** From there until the response's headers, in ms. 0 or `Infinity`: never. */
  readonly headersTimeoutMs: number;
  /** Wins over all of the following. */
  readonly dispatcher?: DispatcherLike;
  /** `"env"`: HTTP_PROXY, HTTPS_PROXY and NO_PROXY; an address; `false` or nothing: no proxy. */
  readonly proxy?: NamedProxy | false;
  readonly tls?: TlsOptions;
  /** A unix socket, or a Windows pipe, to connect to instead of the URL's host. */
  readonly socketPath?: string;
  readonly allowH2?: boolean;
  /** How large the response's headers may be. Default: Node's, 16 KiB. */
  readonly maxHeaderBytes?: number;
}

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The length of a timer, or `undefined` for never. */
export function timerLength(ms: number): number | undefined {
  return ms > 0 && ms <= LONGEST_TIMER_MS ? ms : undefined;
}
