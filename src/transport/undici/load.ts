/**
 * undici, loaded when the first request needs it: that takes as long as the rest of this package. Who only imports,
 * or brings a dispatcher, does not pay for it.
 *
 * Loaded are the files of what is used, a third of all: the rest, `fetch` above all, takes twice as long, and
 * puts undici's own agent under Node's `fetch` for the whole process. Where a file is not where it was in the
 * versions that we know (6.29 to 7.30), all of undici is loaded instead.
 */
import type Undici from "undici";
import { HookError } from "../../errors.js";
import { accessError } from "./access.js";

/** The parts of undici that every connection is made with. */
export type Connecting = Pick<typeof Undici, "Agent" | "buildConnector" | "Client" | "Pool">;

/** The parts that a proxy takes besides. */
export type Proxying = Pick<typeof Undici, "EnvHttpProxyAgent" | "ProxyAgent">;

const loading: { connecting?: Promise<Connecting>; proxying?: Promise<Proxying> } = {};

/** The same every time. */
export function loadUndici(): Promise<Connecting> {
  return (loading.connecting ??= connectingParts().catch(loadWhole).catch(explain));
}

/** The same every time. */
export function loadProxies(): Promise<Proxying> {
  return (loading.proxying ??= proxyingParts().catch(loadWhole).catch(explain));
}

/* eslint-disable no-restricted-syntax -- Inline, to be loaded late; and undici, which this floor may import. */

async function connectingParts(): Promise<Connecting> {
  const { load } = await import("./parts/connecting.js");
  return checked<Connecting>(await load());
}

async function proxyingParts(): Promise<Proxying> {
  const { load } = await import("./parts/proxying.js");
  const parts = checked<ProxyingParts>(await load());
  // A proxy's tunnel is made by it; undici's own index adds it in the same way.
  parts.Dispatcher.prototype.connect ??= parts.connect;
  return parts;
}

async function loadWhole(): Promise<typeof Undici> {
  return import("undici") as Promise<unknown> as Promise<typeof Undici>;
}

/* eslint-enable no-restricted-syntax */

interface ProxyingParts extends Proxying {
  readonly Dispatcher: typeof Undici.Dispatcher;
  readonly connect: Undici.Dispatcher["connect"];
}

/** The parts, where every file still exports what it did: a class, or a function. */
function checked<Parts>(parts: Record<keyof Parts, unknown>): Parts {
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== "function") throw new TypeError(`undici's ${name} has moved.`);
  }
  return parts as Parts;
}

/** No network was asked: what is wrong is how the program was installed, bundled or started. */
function explain(cause: unknown): never {
  const refused = accessError(cause, "read undici's files");
  if (refused !== undefined) throw refused;
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  throw new HookError(
    "transport",
    `undici, which sends the requests, could not be loaded: ${reason ?? ""}. Install this package with its dependencies; if your program is bundled, leave undici out of the bundle (esbuild: --external:undici), or give an ESM bundle a require function.`,
    { cause },
  );
}
