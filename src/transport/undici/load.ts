/**
 * undici, loaded when the first request needs it: that takes several times as long as the rest of this package.
 * Who only imports, or brings a dispatcher, does not pay for it.
 *
 * Loaded are the files of what is used, a third of all: the rest, `fetch` above all, takes twice as long, and
 * puts undici's own agent under Node's `fetch` for the whole process. Where a file is not where it was in the
 * versions that we know (6.29 to 7.30), all of undici is loaded instead.
 */
import type Undici from "undici";
import { HookError } from "../../errors.js";
import { accessError } from "./access.js";

/** What every connection is made with. */
export type Connecting = Pick<typeof Undici, "Agent" | "buildConnector" | "Client" | "Pool">;

/** What a proxy takes besides. */
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
  return partsOf<Connecting>({
    Agent: await import("undici/lib/dispatcher/agent.js"),
    buildConnector: await import("undici/lib/core/connect.js"),
    Client: await import("undici/lib/dispatcher/client.js"),
    Pool: await import("undici/lib/dispatcher/pool.js"),
  });
}

async function proxyingParts(): Promise<Proxying> {
  const { dispatcher, connect } = partsOf<{
    dispatcher: typeof Undici.Dispatcher;
    connect: Connect;
  }>({
    dispatcher: await import("undici/lib/dispatcher/dispatcher.js"),
    connect: await import("undici/lib/api/api-connect.js"),
  });
  // A proxy's tunnel is made by it; undici's own index adds it in the same way.
  dispatcher.prototype.connect ??= connect;
  return partsOf<Proxying>({
    EnvHttpProxyAgent: await import("undici/lib/dispatcher/env-http-proxy-agent.js"),
    ProxyAgent: await import("undici/lib/dispatcher/proxy-agent.js"),
  });
}

async function loadWhole(): Promise<typeof Undici> {
  return import("undici") as Promise<unknown> as Promise<typeof Undici>;
}

/* eslint-enable no-restricted-syntax */

type Connect = Undici.Dispatcher["connect"];

/** What the files export, which are CommonJS. */
function partsOf<Parts>(files: Record<keyof Parts, { readonly default: unknown }>): Parts {
  const parts = Object.entries<{ readonly default: unknown }>(files).map(([name, file]) => {
    if (typeof file.default !== "function") throw new TypeError(`undici's ${name} has moved.`);
    return [name, file.default];
  });
  return Object.fromEntries(parts) as Parts;
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
