/** The network as Node and Deno have it. `bun.ts` and `web.ts` have the same names. */
import type { Transport } from "../transport/transport.js";
import { undiciTransport } from "../transport/undici/index.js";

export { observeCall } from "../streaming/diagnostics/call-observer.js";
export { SyncDriver } from "../streaming/drivers/sync-driver.js";
export { undiciTransport };

/** The transport of a model that names none. */
export const defaultTransport: Transport = /* @__PURE__ */ undiciTransport();
