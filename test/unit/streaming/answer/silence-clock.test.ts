import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SilenceClock } from "../../../../src/streaming/answer/silence-clock.js";

describe("SilenceClock", () => {
  let now = 0;
  beforeEach(() => {
    now = 1000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Waits so long, until something comes; gives how much longer the silence might have lasted. */
  function waited(clock: SilenceClock, ms: number, heard: number): number {
    const left = clock.wait();
    now += ms;
    clock.arrived(heard);
    return left;
  }

  it("lasts as long as its limit before anything came", () => {
    expect(new SilenceClock(100).wait()).toBe(100);
  });

  it("begins anew with what counts", () => {
    const clock = new SilenceClock(100);
    expect(waited(clock, 90, 1)).toBe(100);
    expect(waited(clock, 90, 2)).toBe(100);
    expect(waited(clock, 90, 3)).toBe(100);
  });

  it("goes on over what does not count", () => {
    const clock = new SilenceClock(100);
    waited(clock, 0, 1);
    expect(waited(clock, 30, 1)).toBe(100);
    expect(waited(clock, 30, 1)).toBe(70);
    expect(waited(clock, 30, 1)).toBe(40);
    expect(clock.wait()).toBe(10);
  });

  it("stands still while the reader is away", () => {
    const clock = new SilenceClock(100);
    waited(clock, 0, 1);
    waited(clock, 30, 1);
    now += 1_000_000;
    expect(clock.wait()).toBe(70);
  });

  it("takes what arrives without a wait for no silence", () => {
    const clock = new SilenceClock(100);
    waited(clock, 40, 1);
    now += 500;
    clock.arrived(1);
    expect(clock.wait()).toBe(100);
  });

  it("has nothing left, and no less, when a wait took longer", () => {
    const clock = new SilenceClock(100);
    waited(clock, 0, 1);
    waited(clock, 150, 1);
    expect(waited(clock, 5, 1)).toBe(0);
    expect(waited(clock, 5, 2)).toBe(0);
    expect(clock.wait()).toBe(100);
  });

  it("says that it is over when something comes all the time, but nothing that counts", () => {
    const clock = new SilenceClock(800);
    const waits = (ms: number, heard = 1): boolean => {
      clock.wait();
      now += ms;
      return clock.arrived(heard);
    };
    const beats = (count: number) => Array.from({ length: count }, () => waits(10));
    expect(waits(0)).toBe(false);
    // A timer that fires at the limit has an eighth more.
    expect(beats(90)).not.toContain(true);
    expect(beats(1)).toEqual([true]);
    expect(waits(10, 2)).toBe(false);
    // However long a wait took that was the first too long: the thread may have been blocked.
    expect([waits(10_000, 2), waits(90, 2), waits(20, 2)]).toEqual([false, false, true]);
  });

  it("never ends where it is without limit", () => {
    const clock = new SilenceClock(Infinity);
    waited(clock, 0, 1);
    waited(clock, 1e9, 1);
    expect(clock.wait()).toBe(Infinity);
    now += 1e9;
    expect(clock.arrived(1)).toBe(false);
  });
});
