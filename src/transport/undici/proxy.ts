/** Finds the proxy that leads to a server: as it is named, or as the environment says. */
import type { ConnectionOptions, NamedProxy, ProxyEnvironment } from "../connection.js";

/** The proxy of a connection. A socket of this machine is connected to without one, as curl does. */
export function namedProxy({ proxy, socketPath }: ConnectionOptions): NamedProxy | undefined {
  if (socketPath) return undefined;
  return proxy === "env" ? readProxyEnvironment() : proxy || undefined;
}

/** The proxy variables as they are now; the lower-case names win, as in curl. */
export function readProxyEnvironment(): ProxyEnvironment {
  const { env } = process;
  return {
    http: env["http_proxy"] ?? env["HTTP_PROXY"] ?? "",
    https: env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "",
    none: hostList(env["no_proxy"] ?? env["NO_PROXY"] ?? ""),
  };
}

/** Hosts without a proxy, as undici compares them: it takes `::1` for a name and a port, where a URL has `[::1]`. */
function hostList(list: string): string {
  return list
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(hostEntry)
    .join(",");
}

/** An IPv6 address, in brackets or not, is written as in a URL: compressed, in brackets. The URL says if it is one. */
function hostEntry(entry: string): string {
  const [, inBrackets, port = ""] = /^\[(.*)\](:\d+)?$/.exec(entry) ?? [];
  const address = inBrackets ?? entry;
  const url = `http://[${address}]`;
  return /^[\da-f:.]+$/i.test(address) && URL.canParse(url) ? new URL(url).hostname + port : entry;
}

/** The proxy for servers of a protocol (`"https:"`), where there is one whose address is a URL. */
export function proxyFor(protocol: string, proxy: NamedProxy | undefined): URL | undefined {
  if (proxy === undefined || typeof proxy === "string" || proxy instanceof URL) {
    return parsedUrl(proxy ?? "");
  }
  return (protocol === "https:" ? parsedUrl(proxy.https) : undefined) ?? parsedUrl(proxy.http);
}

function parsedUrl(address: string | URL): URL | undefined {
  return URL.canParse(String(address)) ? new URL(address) : undefined;
}
