import { describe, expect, it } from "vitest";
import { ConnectionError } from "../../../../src/errors.js";
import {
  TransportWorker,
  transportWorker,
} from "../../../../src/transport/worker/transport-worker.js";

/** Waits until the worker has died, as a thread that is not blocked sees it. */
async function death(worker: TransportWorker): Promise<void> {
  while (!worker.dead) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("transportWorker", () => {
  it("is one, and another when that has died", async () => {
    const first = transportWorker();
    expect(transportWorker()).toBe(first);
    await first.terminate();
    const second = transportWorker();
    expect(second).not.toBe(first);
    expect(second.dead).toBe(false);
  });
});

describe("TransportWorker", () => {
  it("says that the worker has died", async () => {
    const worker = new TransportWorker("process.exit(0)");
    await death(worker);
    expect(() => worker.wait(worker.signal, 10_000)).toThrow(ConnectionError);
  });

  it("gives up one that shows no sign of life", () => {
    const worker = new TransportWorker("setInterval(() => undefined, 1000)", 20);
    const wait = (): void => {
      for (;;) worker.wait(worker.signal, 10);
    };
    expect(wait).toThrow(/did not start within 0.02 s/);
    expect(worker.dead).toBe(true);
  });

  it("waits no longer than it is told, and not at all when something has happened", () => {
    const worker = new TransportWorker("setInterval(() => undefined, 1000)");
    const before = performance.now();
    worker.wait(worker.signal, 20);
    worker.wait(worker.signal - 1, 60_000);
    expect(performance.now() - before).toBeLessThan(30_000);
    void worker.terminate();
  });
});
