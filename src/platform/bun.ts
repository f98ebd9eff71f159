/** The network as Bun has it: `fetch` is its own, undici runs on what Bun has of Node. */
import { fetchTransport } from "../transport/fetch/index.js";
import type { Transport } from "../transport/transport.js";

export { undiciTransport } from "../transport/undici/index.js";

/** The transport of a model that names none. */
export const defaultTransport: Transport = /* @__PURE__ */ fetchTransport();
