import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { onAbort } from "../../../../src/langchain/reading/abort-listeners.js";
import { DeltaLLM, rejection } from "../../../helpers/delta-llm.js";
import { useHandServer } from "../../../helpers/hand-server.js";

const server = useHandServer();

const count = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("onAbort", () => {
  it("tells everybody who listens, once", () => {
    const controller = new AbortController();
    const told: string[] = [];
    const stop = ["a", "b", "c"].map((name) =>
      onAbort(controller.signal, () => void told.push(name)),
    );
    expect(count(controller.signal)).toBe(1);
    stop[1]!();
    controller.abort();
    controller.signal.dispatchEvent(new Event("abort"));
    expect(told).toEqual(["a", "c"]);
  });

  it("leaves the signal when nobody listens, and comes back with the next", () => {
    const controller = new AbortController();
    const { signal } = controller;
    let told = 0;
    for (let round = 0; round < 3; round++) {
      const stop = [onAbort(signal, () => told++), onAbort(signal, () => told++)];
      stop[0]!();
      expect(count(signal)).toBe(1);
      stop[1]!();
      stop[1]!();
      expect(count(signal)).toBe(0);
    }
    onAbort(signal, () => told++);
    controller.abort();
    expect(told).toBe(1);
  });

  it("is one listener for all calls that share a signal, as many as they are", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const llm = new DeltaLLM(server.url, { maxRetries: 0 });
    const calls = Array.from({ length: 12 }, (_, at) =>
      rejection(
        at % 2 === 0
          ? llm.invoke("x", { signal })
          : (async () => {
              for await (const _ of await llm.stream("x", { signal }));
            })(),
      ),
    );
    for (const _ of calls) await server.request();
    expect(count(signal)).toBe(1);
    controller.abort();
    for (const error of await Promise.all(calls))
      expect(error).toMatchObject({ name: "AbortError" });
    expect(count(signal)).toBe(0);
  });
});
