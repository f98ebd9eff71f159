/** The network as Node has it: its default transport, and the one that has a name of its own. */
import type { Transport } from "../transport/transport.js";
import { undiciTransport } from "../transport/undici/index.js";

export { undiciTransport };

/** What a model uses whose author says nothing. */
export const defaultTransport: Transport = undiciTransport();
