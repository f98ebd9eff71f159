import { createHash } from "node:crypto";
import type { Dispatcher, Pool } from "undici";
import { HookError } from "../../errors.js";
import type { ConnectionOptions, NamedProxy } from "../connection.js";
import { poolFactory } from "./connectors.js";
import { basicCredentials } from "../request-check.js";
import { canUnreferenceTimers, LONGEST_DELAY_MS } from "../timers.js";
import { loadProxies, loadUndici } from "./load.js";
import { namedProxy, proxyFor } from "./proxy.js";
import { checkTls } from "./tls-check.js";

/** Enough for any fixed configuration, and a bound for who makes one per call. */
const MAX_AGENTS = 64;

/** Oldest use first. Shared, so that models with the same options reuse each other's connections. */
const agents = new Map<string, Dispatcher>();

/**
 * Calls `use` with an agent of ours, one for each set of options, and gives what it gives. At once:
 * an agent without a request may be closed the moment after, when others need its place.
 * @throws HookError when the proxy's address is not one, or a certificate is no PEM
 */
export async function withAgent<T>(
  options: ConnectionOptions,
  use: (agent: Dispatcher) => T,
): Promise<T> {
  const proxy = namedProxy(options);
  const key = keyOf(options, proxy);
  const created = agents.get(key) ?? (await createAgent(options, proxy));
  // While undici was loading, another call may have created the same.
  const agent = agents.get(key) ?? created;
  agents.delete(key);
  agents.set(key, agent);
  if (agents.size > MAX_AGENTS) evictOldest();
  return use(agent);
}

type Proxy = NamedProxy | undefined;

async function createAgent(options: ConnectionOptions, proxy: Proxy): Promise<Dispatcher> {
  checkTls(options.tls);
  const undici = await loadUndici();
  const { tls, socketPath, allowH2 = false, maxHeaderBytes } = options;
  // Where timers are numbers, undici must not be given a reason to start one: a time limit, an idle connection.
  const hasTimers = canUnreferenceTimers();
  const timeout = hasTimers ? cleanUpMs(options) : 0;
  const target = { ...(tls as object), timeout, allowH2 };
  const factory = poolFactory(
    undici,
    { http: proxyFor("http:", proxy), https: proxyFor("https:", proxy) },
    {
      ...(maxHeaderBytes !== undefined && { maxHeaderSize: maxHeaderBytes }),
      ...(!hasTimers && { pipelining: 0 }),
    },
  );
  if (proxy === undefined) {
    const path = socketPath === undefined ? {} : { socketPath };
    return new undici.Agent({ connect: { ...target, ...path }, allowH2, factory });
  }
  const { EnvHttpProxyAgent, ProxyAgent } = await loadProxies();
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
    factory,
    // Only the CONNECT request goes through this one. Its answer is a part of connecting.
    clientFactory: (origin: URL, pool: Pool.Options) =>
      factory(origin, { ...pool, headersTimeout: timeout }),
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

/**
 * The time after which undici gives up connecting, in ms; 0 for never. The timeout of the call itself is kept by its
 * exchange, which does not count the time in which the thread was blocked; this one only ends what nobody waits for.
 */
function cleanUpMs({ connectTimeoutMs }: ConnectionOptions): number {
  const ms = 2 * connectTimeoutMs;
  return ms <= LONGEST_DELAY_MS ? ms : 0;
}

/** The kinds of proxies that undici speaks to. */
const PROXY_PROTOCOLS: readonly string[] = ["http:", "https:", "socks:", "socks5:"];

function parseProxy(address: string | URL): URL {
  const url = URL.canParse(String(address)) ? new URL(address) : undefined;
  // "proxy:3128" is a URL, too, whose protocol is the host.
  if (url !== undefined && PROXY_PROTOCOLS.includes(url.protocol)) return url;
  // Not the value: it may hold a password.
  throw new HookError(
    "proxy",
    'the proxy\'s address is no URL of a proxy. Write it like "http://host:3128".',
  );
}

function keyOf(options: ConnectionOptions, proxy: Proxy): string {
  const { tls, socketPath, allowH2, maxHeaderBytes } = options;
  const parts = [
    cleanUpMs(options),
    socketPath,
    allowH2 ?? false,
    maxHeaderBytes,
    proxy instanceof URL ? proxy.href : proxy,
  ];
  if (tls === undefined) return JSON.stringify(parts);
  return createHash("sha256")
    .update(JSON.stringify([parts, tls], identified))
    .digest("base64");
}

const identities = { of: new WeakMap<object, number>(), given: 0 };

/** For what JSON would leave out, functions and handles of OpenSSL: a number for each. */
function identified(_: string, value: unknown): unknown {
  const isHandle = typeof value === "object" && value !== null && !isData(value);
  if (typeof value !== "function" && !isHandle) return value;
  const identity = identities.of.get(value) ?? ++identities.given;
  identities.of.set(value, identity);
  return { identity };
}

function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    Array.isArray(value) ||
    ArrayBuffer.isView(value) ||
    prototype === Object.prototype ||
    prototype === null
  );
}

function evictOldest(): void {
  for (const [key, agent] of agents) {
    agents.delete(key);
    // Requests in flight finish first.
    agent.close().catch(() => {});
    return;
  }
}
