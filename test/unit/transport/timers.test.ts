import { describe, expect, it } from "vitest";
import {
  afterPoll,
  canUnreferenceTimers,
  sleepSync,
  startTimer,
} from "../../../src/transport/timers.js";

describe("startTimer", () => {
  it("fires, and keeps no process alive", async () => {
    await new Promise<void>((resolve) => {
      const timer = startTimer(1, resolve);
      expect(timer?.hasRef()).toBe(false);
      timer?.ref();
    });
  });

  it("starts none that would fire at once because it is too long", () => {
    expect(startTimer(2 ** 31, () => undefined)).toBeUndefined();
    expect(startTimer(Infinity, () => undefined)).toBeUndefined();
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
