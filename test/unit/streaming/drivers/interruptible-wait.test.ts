import { describe, expect, it } from "vitest";
import { TimeoutError } from "../../../../src/errors.js";
import { InterruptibleWait } from "../../../../src/streaming/drivers/interruptible-wait.js";
import { NEVER } from "../../../helpers/run-effects.js";

const within = (ms: number) =>
  ({ at: performance.now() + ms, phase: "total", timeoutMs: ms }) as const;
const never = new Promise<never>(() => undefined);

describe("InterruptibleWait", () => {
  it("gives what a value comes to, or why it does not come", async () => {
    const wait = new InterruptibleWait();
    expect(await wait.settle("a", NEVER)).toBe("a");
    const failure = new Error("no token");
    await expect(wait.settle(Promise.reject(failure), NEVER)).rejects.toBe(failure);
    await expect(wait.settle(never, within(5))).rejects.toBeInstanceOf(TimeoutError);
  });

  it("pauses, but not beyond the deadline", async () => {
    const wait = new InterruptibleWait();
    const start = performance.now();
    await wait.sleep(20, NEVER);
    expect(performance.now() - start).toBeGreaterThanOrEqual(19);
    await expect(wait.sleep(60_000, within(50))).rejects.toBeInstanceOf(TimeoutError);
  });

  it("keeps the process alive until its deadline, for a value that never comes", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout");
    const before = timers().length;
    const wait = new InterruptibleWait();
    const reason = new Error("left");
    const waiting = wait.settle(never, within(60_000));
    expect(timers()).toHaveLength(before + 1);
    wait.interrupt(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(timers()).toHaveLength(before);
  });

  it("is ended early by an error, and then by nothing more", async () => {
    const wait = new InterruptibleWait();
    const reason = new Error("left");
    wait.interrupt(new Error("nothing is waited for"));
    const broken = Promise.reject(new Error("nobody's business"));
    const ends = [wait.settle(broken, NEVER)];
    wait.interrupt(reason);
    ends.push(wait.settle(never, NEVER));
    wait.interrupt(reason);
    ends.push(wait.sleep(2 ** 31, NEVER));
    wait.interrupt(reason);
    wait.interrupt(new Error("too late"));
    expect(await Promise.allSettled(ends)).toEqual(
      ends.map(() => ({ status: "rejected", reason })),
    );
  });
});
