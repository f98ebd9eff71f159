/** The network as Bun has it: `fetch` is its own, undici runs on what Bun has of Node. */
import { fetchTransport } from "../transport/fetch/index.js";
import type { Transport } from "../transport/transport.js";
import { undiciTransport } from "../transport/undici/index.js";

export { observeCall } from "../streaming/diagnostics/call-observer.js";
export { SyncDriver } from "../streaming/drivers/sync-driver.js";
export { undiciTransport };

/** The transport of a model that names none: `fetch`, and where that cannot wait, a worker with undici. */
export const defaultTransport: Transport = /* @__PURE__ */ withSynchronousPath(
  /* @__PURE__ */ fetchTransport(),
  /* @__PURE__ */ undiciTransport(),
);

function withSynchronousPath(transport: Transport, { openSync }: Transport): Transport {
  return { ...transport, ...(openSync && { openSync }) };
}
