import { describe, expect, it } from "vitest";
import * as undici from "undici";
import { loadProxies, loadUndici } from "../../../../src/transport/undici/load.js";

describe("loadUndici", () => {
  it("loads it once", async () => {
    const [first, second] = [loadUndici(), loadUndici()];
    expect(second).toBe(first);
    expect((await first).Agent).toBe(undici.Agent);
  });
});

describe("loadProxies", () => {
  it("loads what a proxy takes, and what tunnels are made with", async () => {
    const { ProxyAgent, EnvHttpProxyAgent } = await loadProxies();
    expect([ProxyAgent, EnvHttpProxyAgent]).toEqual([undici.ProxyAgent, undici.EnvHttpProxyAgent]);
    expect(ProxyAgent.prototype.connect).toBeTypeOf("function");
  });
});
