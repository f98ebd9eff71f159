import { describe, expect, it } from "vitest";
import { SYSTEM_CLOCK } from "../../../../src/streaming/retry/clock.js";

describe("SYSTEM_CLOCK", () => {
  it("goes on, and never back", () => {
    const times = Array.from({ length: 100 }, () => SYSTEM_CLOCK.now());
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it("does later what is not taken back", async () => {
    const done: string[] = [];
    const takeBack = SYSTEM_CLOCK.after(1, () => done.push("taken back"));
    takeBack();
    await new Promise<void>((resolve) => {
      SYSTEM_CLOCK.after(1, () => {
        done.push("kept");
        SYSTEM_CLOCK.after(0, resolve);
      });
    });
    expect(done).toEqual(["kept"]);
  });
});
