import { describe, expect, test } from "vitest";
import { dispatcherFor } from "../../src/transport/agents.js";
import { TIMEOUTS } from "./paths.js";

describe("dispatcherFor", () => {
  test("gives one agent for the same options, so that connections are shared", () => {
    const tls = () => ({ ca: Buffer.from("authority") });
    expect(dispatcherFor(TIMEOUTS)).toBe(dispatcherFor({ ...TIMEOUTS, headersTimeoutMs: 1 }));
    expect(dispatcherFor({ ...TIMEOUTS, tls: tls() })).toBe(
      dispatcherFor({ ...TIMEOUTS, tls: tls() }),
    );
  });

  test("gives others for other options", () => {
    const options = [
      {},
      { connectTimeoutMs: 1 },
      { proxy: "http://proxy.test" },
      { proxy: "http://user:password@proxy.test" },
      { tls: { ca: "one" } },
      { tls: { ca: "two" } },
      { socketPath: "/a.sock" },
      { allowH2: true },
      { maxHeaderBytes: 1 },
    ];
    const agents = options.map((some) => dispatcherFor({ ...TIMEOUTS, ...some }));
    expect(new Set(agents).size).toBe(options.length);
  });

  test("forgets the agents that were not used for longest", () => {
    const first = dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_000 });
    const second = dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_001 });
    for (let i = 2; i < 65; i++) {
      dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_000 + i });
      dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_000 });
    }
    expect(dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_000 })).toBe(first);
    expect(dispatcherFor({ ...TIMEOUTS, maxHeaderBytes: 10_001 })).not.toBe(second);
  });
});
