/** The network as browsers, workers and edge runtimes have it: `fetch`, and no sockets. */
import { HookError } from "../errors.js";
import { fetchTransport } from "../transport/fetch/index.js";
import type { Transport } from "../transport/transport.js";
import type { UndiciTransportOptions } from "../transport/undici/index.js";

/** The transport of a model that names none. */
export const defaultTransport: Transport = /* @__PURE__ */ fetchTransport();

/**
 * Refuses: undici needs the sockets of Node.
 *
 * @throws HookError always.
 */
export function undiciTransport(_options?: UndiciTransportOptions): Transport {
  throw new HookError(
    "transport",
    "undiciTransport() needs the sockets of Node, which are not here: this is a browser, a worker or an edge runtime, or a bundle for one. Use fetchTransport(), the default here, and leave transport unset where the same code also runs on Node.",
  );
}
