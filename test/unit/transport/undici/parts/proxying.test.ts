import { expect, it } from "vitest";
import { Dispatcher, EnvHttpProxyAgent, ProxyAgent } from "undici";
import { load } from "../../../../../src/transport/undici/parts/proxying.js";

it("loads the parts that a proxy takes besides, which are undici's own", async () => {
  const { connect, ...parts } = await load();
  expect(parts).toEqual({ Dispatcher, EnvHttpProxyAgent, ProxyAgent });
  expect(connect).toBeTypeOf("function");
});
