import { checkOptions } from "../../errors.js";
import type { ConnectionOptions } from "../connection.js";
import type { Transport } from "../transport.js";
import { startSyncExchange } from "../worker/exchange.js";
import { startExchange } from "./exchange.js";

/** Options of {@link undiciTransport}: how it connects where a model, or a call, does not say otherwise. */
export type UndiciTransportOptions = Pick<
  ConnectionOptions,
  "dispatcher" | "proxy" | "tls" | "socketPath" | "allowH2"
>;

const OPTIONS = {
  dispatcher: undefined,
  proxy: undefined,
  tls: undefined,
  socketPath: undefined,
  allowH2: undefined,
} satisfies Record<keyof UndiciTransportOptions, undefined>;

/**
 * The transport of Node and Deno: undici on the asynchronous path, a worker with undici on the synchronous one.
 * Its connections are shared by all models with the same settings.
 *
 * @param options defaults of its own; settings of the model and of the call win.
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  checkOptions("transport", "undiciTransport", options, OPTIONS);
  return {
    name: "undici",
    open: (request, settings) => startExchange(request, { ...options, ...settings }),
    openSync: (request, settings) => startSyncExchange(request, { ...options, ...settings }),
  };
}
