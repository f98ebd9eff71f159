import type { HeaderSource } from "../hooks/hook-types.js";
import type { ConnectionOptions, DispatcherLike, TlsOptions } from "../../transport/connection.js";
import type { Transport } from "../../transport/transport.js";

/**
 * The six timeouts of a call, in ms. `0` or `Infinity` turns one off. The time for which the thread was blocked
 * counts for `total` alone.
 */
export interface Timeouts {
  /** Until the connection stands. Default 10 000: a host that answers at all answers by then. */
  connect?: number | undefined;
  /** From the request to the response's headers. Default 600 000: servers load models before they answer. */
  headers?: number | undefined;
  /** From the start of an attempt to its first token; keep-alives do not count. Default 600 000, for long prompts. */
  firstChunk?: number | undefined;
  /**
   * The longest silence of content within an answer, while the reader waits. Keep-alives, empty records, token
   * counts, ids and names are silence. Default 600 000: no model thinks longer between two tokens that it shows.
   */
  token?: number | undefined;
  /** Between two reads of bytes, keep-alives included. Default 300 000: reasoning models fall silent for minutes. */
  idle?: number | undefined;
  /** For the whole call, retries and a slow reader included. Off by default: a long answer is not a fault. */
  total?: number | undefined;
}

/** Bounds on what a server can make us hold, in bytes. */
export interface Limits {
  /** One record. Default 64 MiB: an image in base64 is one record. */
  maxRecordBytes?: number | undefined;
  /** One response, after decompression. Default 1 GiB: a million tokens in verbose JSON are some 300 MB. */
  maxResponseBytes?: number | undefined;
  /** The part of an error's body that is read. Default 64 KiB: more is no error message. */
  maxErrorBodyBytes?: number | undefined;
  /** The response's headers. Default: Node's own, 16 KiB. */
  maxHeaderBytes?: number | undefined;
}

/** Settings for every call (constructor) and for one call (call options, which win). */
export interface RequestSettings {
  /** The six timeouts, each its own phase. Those not named keep their defaults. */
  timeouts?: Timeouts | undefined;
  /** Bounds on what a server can make us hold. Those not named keep their defaults. */
  limits?: Limits | undefined;
  /**
   * Extra request headers, below the `headers()` hook in the constructor and above it in call options. Never serialised
   * or traced.
   */
  headers?: HeaderSource | undefined;
  /** The transport of the requests. Default: `undiciTransport()` on Node, `fetchTransport()` on the web. */
  transport?: Transport | undefined;
  /** Any undici Dispatcher (6, 7 or 8), for pools, mocks or interceptors. The asynchronous path only. */
  dispatcher?: DispatcherLike | undefined;
  /** `"env"` reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY; a URL names a proxy; `false` (the default) uses none. */
  proxy?: "env" | (string & {}) | URL | false | undefined;
  /** Custom certificate authorities and client certificates. Certificates are verified by default. */
  tls?: TlsOptions | undefined;
  /** Connect to this Unix socket in place of the endpoint's host, and of a proxy. */
  socketPath?: string | undefined;
  /** Use HTTP/2 where the server offers it. Default `false`. */
  allowH2?: boolean | undefined;
  /**
   * Demands that the provider announces the end (`done`, `finishReason`, `[DONE]`). By default it has to
   * once a delta said `done: false` or `finishReason: null`, or a record in the usual fields (`finish_reason`, `done`)
   * of which no hook reads the end; a body that breaks off is an error in any case.
   */
  endOfStream?: "required" | "optional" | undefined;
  /**
   * The time to read on after the provider has said that the answer is complete, in ms: for the token counts
   * that some send last. Counted from the last record that said something, keep-alives do not count; then the
   * answer ends, though the server may leave the connection open. Default 2 000.
   */
  endGraceMs?: number | undefined;
  /** Enforces `stop` here too, where `false` only sends it to the server. Default `true`. */
  enforceStop?: boolean | undefined;
  /**
   * `false`: the server answers in one piece, read by `parseResponse`. Default `true`. Hooks find it in their options.
   */
  streaming?: boolean | undefined;
  /**
   * `"same-origin"` (default) follows redirects within the origin; `"error"` follows none; `"follow"` goes to
   * other origins too, but there as a bare GET, without the headers and the body of the request.
   */
  redirect?: "same-origin" | "error" | "follow" | undefined;
  /** The number of times that a failed request is tried again, while nobody has been given a token. Default 2. */
  maxRetries?: number | undefined;
  /**
   * Lets the calls of this model (and of its bindings) share what a server says about its limits. A 429, or
   * a 503 with `Retry-After`, holds all of them back as long as it asks (up to a minute), lowers the number in
   * flight by one, and every 20 answers raise it again; refusals while others are answered do not count
   * under `maxRetries`. Nothing changes before the first. `false`: each call waits for itself. Default `true`.
   */
  rateLimitGate?: boolean | undefined;
}

/** Settings with every default filled in. */
export interface ResolvedSettings {
  readonly timeouts: Readonly<globalThis.Record<keyof Timeouts, number>>;
  readonly limits: Readonly<globalThis.Record<Exclude<keyof Limits, "maxHeaderBytes">, number>>;
  /** `undefined`: that of the platform. */
  readonly transport: Transport | undefined;
  readonly connection: ConnectionOptions;
  readonly endOfStream: RequestSettings["endOfStream"];
  readonly endGraceMs: number;
  readonly enforceStop: boolean;
  readonly streaming: boolean;
  readonly redirect: "same-origin" | "error" | "follow";
  readonly maxRetries: number;
  readonly rateLimitGate: boolean;
}
