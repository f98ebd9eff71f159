import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { heldReaders, watchReader } from "../../../../src/langchain/reading/watch-reader.js";

const count = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

describe("watchReader", () => {
  it("calls back with the reader when the signal fires, at once if it has", () => {
    const reader = {};
    const aborted: object[] = [];
    const controller = new AbortController();
    const abort = (of: object): void => void aborted.push(of);
    watchReader(reader, { signal: controller.signal }, abort);
    expect(aborted).toEqual([]);
    controller.abort();
    expect(aborted[0]).toBe(reader);
    watchReader(reader, { signal: AbortSignal.abort() }, abort);
    expect(aborted).toHaveLength(2);
  });

  it("leaves no listener behind when it ends", () => {
    const { signal } = new AbortController();
    const end = watchReader({}, { signal }, () => undefined);
    expect(count(signal)).toBe(1);
    end();
    expect(count(signal)).toBe(0);
  });

  it("needs no signal", () => {
    const end = watchReader({}, { signal: undefined }, () => undefined);
    expect(end).not.toThrow();
  });
});

describe("heldReaders", () => {
  it("are the same for all calls that share a signal", () => {
    const { signal } = new AbortController();
    expect(heldReaders(signal)).toBe(heldReaders(signal));
    expect(heldReaders(new AbortController().signal)).not.toBe(heldReaders(signal));
  });
});
