import { HookError } from "../../errors.js";
import type { Exchange, Transport } from "../transport.js";

/** How a {@link fetchTransport} sends. */
export interface FetchTransportOptions {
  /** The function to send with. @defaultValue `globalThis.fetch` */
  readonly fetch?: typeof globalThis.fetch;
}

/** The transport of browsers, workers and edge runtimes. */
export function fetchTransport(_options: FetchTransportOptions = {}): Transport {
  return {
    name: "fetch",
    open(): Exchange {
      throw new HookError("transport", "fetchTransport() cannot send requests yet.");
    },
  };
}
