/** The parts of undici that a proxy takes besides, in one go as well. */
export { default as connect } from "undici/lib/api/api-connect.js";
export { default as Dispatcher } from "undici/lib/dispatcher/dispatcher.js";
export { default as EnvHttpProxyAgent } from "undici/lib/dispatcher/env-http-proxy-agent.js";
export { default as ProxyAgent } from "undici/lib/dispatcher/proxy-agent.js";
