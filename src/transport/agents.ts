import { createHash } from "node:crypto";
import type { Dispatcher, Pool } from "undici";
import { HookError } from "../errors.js";
import {
  type ConnectionOptions,
  type ProxyEnvironment,
  readProxyEnvironment,
  timerLength,
} from "./connection.js";
import { guarded } from "./guarded-socket.js";
import { basicCredentials } from "./request.js";
import { loadUndici } from "./undici.js";

/** Enough for any fixed configuration, and a bound for who makes one per call. */
const MAX_AGENTS = 64;

/** Oldest use first. Shared, so that models with the same options reuse each other's connections. */
const agents = new Map<string, Dispatcher>();

/**
 * Calls `use` with an agent of ours, one for each set of options, and gives what it gives. At once:
 * an agent without a request may be closed the moment after, when others need its place.
 * @throws HookError when the proxy's address is not one
 */
export async function withAgent<T>(
  options: ConnectionOptions,
  use: (agent: Dispatcher) => T,
): Promise<T> {
  const proxy = options.proxy === "env" ? readProxyEnvironment() : options.proxy || undefined;
  const key = keyOf(options, proxy);
  const created = agents.get(key) ?? (await createAgent(options, proxy));
  // While undici was loading, another call may have created the same.
  const agent = agents.get(key) ?? created;
  agents.delete(key);
  agents.set(key, agent);
  if (agents.size > MAX_AGENTS) evictOldest();
  return use(agent);
}

type Proxy = string | URL | ProxyEnvironment | undefined;

async function createAgent(options: ConnectionOptions, proxy: Proxy): Promise<Dispatcher> {
  const { Agent, buildConnector, EnvHttpProxyAgent, Pool, ProxyAgent } = await loadUndici();
  const { tls, socketPath, allowH2 = false, maxHeaderBytes } = options;
  const timeout = timerLength(options.connectTimeoutMs) ?? 0;
  const headerSize = maxHeaderBytes === undefined ? {} : { maxHeaderSize: maxHeaderBytes };
  const target = { ...(tls as object), timeout, allowH2 };
  const createPool = (origin: string | URL, { connect, ...pool }: Pool.Options): Pool => {
    const connector = typeof connect === "function" ? connect : buildConnector(connect);
    return new Pool(origin, { ...pool, ...headerSize, connect: guarded(connector) });
  };
  if (proxy === undefined) {
    const path = socketPath === undefined ? {} : { socketPath };
    return new Agent({ connect: { ...target, ...path }, allowH2, factory: createPool });
  }
  // The client's certificate and the server's name are for the target, not for the proxy.
  const { ca, rejectUnauthorized } = tls ?? {};
  const shared = {
    connect: target,
    allowH2,
    requestTls: target,
    proxyTls: {
      timeout,
      ...(ca !== undefined && { ca: ca as string }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
    // http: is forwarded, as curl does; many proxies tunnel only to port 443.
    proxyTunnel: false,
    factory: createPool,
    // Only the CONNECT request goes through this one. Its answer is a part of connecting.
    clientFactory: (origin: URL, pool: Pool.Options) =>
      createPool(origin, { ...pool, headersTimeout: timeout }),
  };
  if (typeof proxy === "object" && !(proxy instanceof URL)) {
    const { http: httpProxy, https: httpsProxy, none: noProxy } = proxy;
    if (httpProxy !== "") parseProxy(httpProxy);
    if (httpsProxy !== "") parseProxy(httpsProxy);
    return new EnvHttpProxyAgent({ ...shared, httpProxy, httpsProxy, noProxy });
  }
  const url = parseProxy(proxy);
  if (url.protocol.startsWith("socks")) return new ProxyAgent({ ...shared, uri: url.href });
  // The credentials go in as a header, so that no error of undici's can hold them.
  const token = url.username === "" ? {} : { token: basicCredentials(url) };
  url.username = "";
  url.password = "";
  return new ProxyAgent({ ...shared, ...token, uri: url.href });
}

function parseProxy(address: string | URL): URL {
  try {
    return new URL(address);
  } catch {
    // Not the value: it may hold a password.
    throw new HookError(
      "proxy",
      'the proxy\'s address is not a URL. Write it like "http://host:3128".',
    );
  }
}

function keyOf(options: ConnectionOptions, proxy: Proxy): string {
  const { connectTimeoutMs, tls, socketPath, allowH2, maxHeaderBytes } = options;
  const parts = [
    timerLength(connectTimeoutMs) ?? 0,
    socketPath,
    allowH2 ?? false,
    maxHeaderBytes,
    proxy instanceof URL ? proxy.href : proxy,
  ];
  if (tls === undefined) return JSON.stringify(parts);
  return createHash("sha256")
    .update(JSON.stringify([parts, tls]))
    .digest("base64");
}

function evictOldest(): void {
  for (const [key, agent] of agents) {
    agents.delete(key);
    // Requests in flight finish first.
    agent.close().catch(() => {});
    return;
  }
}
