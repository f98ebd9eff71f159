import { describe, expect, it } from "vitest";
import {
  withTimeoutAsTotal,
  withTimeoutSignal,
} from "../../../../src/langchain/runs/timeout-option.js";

describe("withTimeoutSignal", () => {
  it("makes a signal of the timeout, and notes it for traces as LangChain does", async () => {
    const { signal, timeout, metadata } = withTimeoutSignal({ timeout: 10, metadata: { a: 1 } });
    expect({ timeout, metadata }).toEqual({
      timeout: undefined,
      metadata: { a: 1, timeoutMs: 10 },
    });
    await new Promise((fired) => signal?.addEventListener("abort", fired));
    expect((signal?.reason as Error).name).toBe("TimeoutError");
  });

  it("joins it with the signal that is there", () => {
    const controller = new AbortController();
    const { signal } = withTimeoutSignal({ timeout: 60_000, signal: controller.signal });
    controller.abort();
    expect(signal?.aborted).toBe(true);
  });

  it("leaves the rest to LangChain", () => {
    for (const options of [{}, { timeout: 0 }, { timeout: -1 }]) {
      expect(withTimeoutSignal(options)).toBe(options);
    }
    expect(withTimeoutSignal(undefined)).toEqual({});
  });
});

describe("withTimeoutAsTotal", () => {
  const total = (options: object, constructed = {}): number | undefined =>
    (withTimeoutAsTotal(options, constructed) as { timeouts?: { total?: number } }).timeouts?.total;

  it("makes a total timeout of LangChain's, unless that is longer", () => {
    expect(total({ timeout: 10 })).toBe(10);
    expect(total({ timeout: 10, timeouts: { total: 5 } })).toBe(5);
    expect(total({ timeout: 10 }, { timeouts: { total: 5 } })).toBe(5);
    expect(total({ timeout: 10, timeouts: { total: 0 } })).toBe(10);
  });

  it("leaves options alone that have none", () => {
    const options = { stop: ["x"] };
    expect(withTimeoutAsTotal(options, {})).toBe(options);
    expect(withTimeoutAsTotal<object | undefined>(undefined, {})).toBeUndefined();
  });
});
