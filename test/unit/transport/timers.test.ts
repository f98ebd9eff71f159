import { afterEach, describe, expect, it, vi } from "vitest";
import {
  afterPoll,
  canUnreferenceTimers,
  sleepSync,
  startTimer,
} from "../../../src/transport/timers.js";

describe("startTimer", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("fires once, and not when it was stopped", async () => {
    const fired: string[] = [];
    startTimer(1, () => fired.push("stopped"))();
    await new Promise<void>((resolve) => {
      startTimer(
        1,
        () => {
          fired.push("fired");
          resolve();
        },
        { keepsAlive: true },
      );
    });
    expect(fired).toEqual(["fired"]);
  });

  it("keeps the process alive only where it is told to", () => {
    const alive = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout");
    const before = alive().length;
    const stopQuiet = startTimer(60_000, () => undefined);
    expect(alive()).toHaveLength(before);
    const stop = startTimer(60_000, () => undefined, { keepsAlive: true });
    expect(alive()).toHaveLength(before + 1);
    stop();
    stopQuiet();
  });

  it.each([1, 2.5])("may be longer than a timer can be: %d times", (times) => {
    vi.useFakeTimers();
    let fired = 0;
    startTimer(times * 2 ** 31, () => fired++);
    vi.advanceTimersByTime(times * 2 ** 31 - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is stopped after the first of its parts, too", () => {
    vi.useFakeTimers();
    let fired = 0;
    const stop = startTimer(2 ** 32, () => fired++);
    vi.advanceTimersByTime(2 ** 31);
    stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(2 ** 32);
    expect(fired).toBe(0);
  });

  it("never fires after Infinity", () => {
    vi.useFakeTimers();
    startTimer(Infinity, () => undefined)();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("canUnreferenceTimers", () => {
  it("is true on Node", () => {
    expect(canUnreferenceTimers()).toBe(true);
  });
});

describe("afterPoll", () => {
  it("calls back later", async () => {
    const order: string[] = [];
    const polled = new Promise<void>((resolve) => {
      afterPoll(() => {
        order.push("polled");
        resolve();
      });
    });
    order.push("now");
    await polled;
    expect(order).toEqual(["now", "polled"]);
  });
});

describe("sleepSync", () => {
  it("blocks the thread, and not for a time that is over", () => {
    const start = performance.now();
    sleepSync(0);
    sleepSync(-5);
    sleepSync(10);
    expect(performance.now() - start).toBeGreaterThanOrEqual(9);
  });
});
