/* eslint-disable no-restricted-syntax -- To be loaded late; undici, which this floor may import. */

/** Loads the parts of undici that a proxy takes besides; see `connecting.ts`. */
export async function load(): Promise<
  Record<"connect" | "Dispatcher" | "EnvHttpProxyAgent" | "ProxyAgent", unknown>
> {
  const [connect, dispatcher, environment, proxy] = await Promise.all([
    import("undici/lib/api/api-connect.js"),
    import("undici/lib/dispatcher/dispatcher.js"),
    import("undici/lib/dispatcher/env-http-proxy-agent.js"),
    import("undici/lib/dispatcher/proxy-agent.js"),
  ]);
  return {
    connect: connect.default,
    Dispatcher: dispatcher.default,
    EnvHttpProxyAgent: environment.default,
    ProxyAgent: proxy.default,
  };
}
