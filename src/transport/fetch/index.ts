import { checkOptions } from "../../errors.js";
import type { Transport } from "../transport.js";
import { FetchExchange } from "./exchange.js";

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions {
  /**
   * The function that sends the requests: the platform's, where nothing is said, as it is at the time of each request.
   * One of your own may add what only a `fetch` can say:
   * `(url, init) => fetch(url, { ...init, credentials: "include" })`.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * The transport of browsers, workers, edge runtimes and Bun: the platform's `fetch`. There is no synchronous path.
 *
 * How `fetch` connects is the platform's business. A setting that it cannot keep (`proxy`, `tls`, `socketPath`,
 * `dispatcher`, `allowH2`, `limits.maxHeaderBytes`) is a `HookError`; `timeouts.connect` has no moment of its own,
 * connecting is a part of `timeouts.headers`.
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  checkOptions("transport", "fetchTransport", options, { fetch: undefined });
  return {
    name: "fetch",
    open: (request, settings) => new FetchExchange(request, settings, options.fetch),
  };
}
