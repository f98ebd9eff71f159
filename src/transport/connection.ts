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
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's own certificate chain, with `key`. */
  readonly cert?: string | Uint8Array | undefined;
  /** The private key of `cert`. */
  readonly key?: string | Uint8Array | undefined;
  /** The passphrase of `key`. */
  readonly passphrase?: string | undefined;
  /** The name to ask for and to check, when it is not the URL's host. */
  readonly servername?: string | undefined;
  /** `false` accepts any certificate. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** The proxy variables of the environment, read once so that they can cross to a worker. */
export interface ProxyEnvironment {
  readonly http: string;
  readonly https: string;
  readonly none: string;
}

/** `"env"`, an address, or one for each protocol. */
export type NamedProxy = "env" | (string & {}) | URL | ProxyEnvironment;

/** Options of a connection. All of it but `dispatcher` can cross to a worker. */
export interface ConnectionOptions {
  /** From the start until the request is on a socket, in ms. 0 or `Infinity`: never. */
  readonly connectTimeoutMs: number;
  /** From there until the response's headers, in ms. 0 or `Infinity`: never. */
  readonly headersTimeoutMs: number;
  /** Wins over all of the following. */
  readonly dispatcher?: DispatcherLike | undefined;
  /** `"env"`: HTTP_PROXY, HTTPS_PROXY and NO_PROXY; an address; `false` or nothing: no proxy. */
  readonly proxy?: NamedProxy | false | undefined;
  readonly tls?: TlsOptions | undefined;
  /** A unix socket, or a Windows pipe, to connect to instead of the URL's host. Wins over `proxy`. */
  readonly socketPath?: string | undefined;
  readonly allowH2?: boolean | undefined;
  /** The largest size of a response's headers, in bytes. Default: Node's, 16 KiB. */
  readonly maxHeaderBytes?: number | undefined;
}
