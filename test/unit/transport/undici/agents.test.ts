import { createSecureContext } from "node:tls";
import type { Agent } from "undici";
import { describe, expect, test } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { withAgent } from "../../../../src/transport/undici/agents.js";
import type { ConnectionOptions } from "../../../../src/transport/connection.js";
import { TIMEOUTS } from "../../../helpers/transport-paths.js";

/** The first line of what Node reads as a certificate. */
const PEM = "-----BEGIN CERTIFICATE-----\n";
const agentFor = (options: ConnectionOptions) => withAgent(options, (agent) => agent);

describe("withAgent", () => {
  test("gives one agent for the same options, so that connections are shared", async () => {
    const tls = () => ({ ca: Buffer.from(`${PEM}authority`) });
    expect(await agentFor(TIMEOUTS)).toBe(await agentFor({ ...TIMEOUTS, headersTimeoutMs: 1 }));
    expect(await agentFor({ ...TIMEOUTS, tls: tls() })).toBe(
      await agentFor({ ...TIMEOUTS, tls: tls() }),
    );
  });

  test("gives one agent to calls that start at the same time", async () => {
    const options = { ...TIMEOUTS, proxy: "http://first.test" };
    const [one, two] = await Promise.all([agentFor(options), agentFor(options)]);
    expect(one).toBe(two);
    expect(await agentFor(options)).toBe(one);
  });

  test("gives others for other options", async () => {
    const options = [
      {},
      { connectTimeoutMs: 1 },
      { proxy: "http://proxy.test" },
      { proxy: "http://user:password@proxy.test" },
      { tls: { ca: `${PEM}one` } },
      { tls: { ca: `${PEM}two` } },
      { socketPath: "/a.sock" },
      { allowH2: true },
      { maxHeaderBytes: 1 },
    ];
    const agents = await Promise.all(options.map((some) => agentFor({ ...TIMEOUTS, ...some })));
    expect(new Set(agents).size).toBe(options.length);
  });

  test.each(["proxy.test:3128", "10.0.0.1:3128", "ftp://proxy.test"])(
    "refuses %s, which is no URL of a proxy, and does not show it",
    async (proxy) => {
      const error: unknown = await agentFor({ ...TIMEOUTS, proxy }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(HookError);
      expect((error as Error).message).toContain('Write it like "http://host:3128".');
      expect((error as Error).message).not.toContain(proxy);
    },
  );

  test("tells functions and handles among the TLS options apart", async () => {
    const withTls = (tls: object) => agentFor({ ...TIMEOUTS, tls });
    const checks = [() => undefined, () => undefined];
    const contexts = [createSecureContext(), createSecureContext()];
    const options = [
      ...checks.map((checkServerIdentity) => ({ checkServerIdentity })),
      ...contexts.map((secureContext) => ({ secureContext })),
    ];
    const agents = await Promise.all(options.map(withTls));
    expect(new Set(agents).size).toBe(options.length);
    for (const [at, agent] of agents.entries()) expect(await withTls(options[at]!)).toBe(agent);
  });

  test("forgets the agents that were not used for longest", async () => {
    const withHeaders = (maxHeaderBytes: number) => agentFor({ ...TIMEOUTS, maxHeaderBytes });
    const first = await withHeaders(10_000);
    const second = await withHeaders(10_001);
    for (let i = 2; i < 65; i++) {
      await withHeaders(10_000 + i);
      await withHeaders(10_000);
    }
    expect(await withHeaders(10_000)).toBe(first);
    expect(await withHeaders(10_001)).not.toBe(second);
  });

  test("closes no agent before it was used, however many calls start at once", async () => {
    const limits = Array.from({ length: 100 }, (_, i) => 20_000 + i);
    const closed = await Promise.all(
      limits.map((maxHeaderBytes) =>
        withAgent({ ...TIMEOUTS, maxHeaderBytes }, (agent) => (agent as Agent).closed),
      ),
    );
    expect(closed).toEqual(limits.map(() => false));
  });
});
