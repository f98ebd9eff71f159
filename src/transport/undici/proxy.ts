/** Which proxy leads to a server: as it is named, or as the environment says. */
import type { NamedProxy, ProxyEnvironment } from "../connection.js";

/** The proxy variables as they are now; the lower-case names win, as in curl. */
export function readProxyEnvironment(): ProxyEnvironment {
  const { env } = process;
  return {
    http: env["http_proxy"] ?? env["HTTP_PROXY"] ?? "",
    https: env["https_proxy"] ?? env["HTTPS_PROXY"] ?? "",
    none: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
  };
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
