import { describe, expect, it } from "vitest";
import type { TimeoutError } from "../../../src/errors.js";
import { DeadlineWatch } from "../../../src/transport/deadline-watch.js";
import type { Deadline } from "../../../src/transport/transport.js";
import { blockThread } from "../../helpers/block-thread.js";

const after = (timeoutMs: number, phase: Deadline["phase"] = "idle"): Deadline => ({
  at: performance.now() + timeoutMs,
  phase,
  timeoutMs,
});
/** Something that comes when the event loop has looked at its sockets so many times. */
const afterPolls = async (count: number): Promise<void> => {
  for (let poll = 0; poll < count; poll++) await new Promise((polled) => setImmediate(polled));
};
/** What a watch says of a wait: the error, or nothing when it was met. */
const watched = (watch: DeadlineWatch, deadline: Deadline, met: Promise<void>) =>
  new Promise<Error | undefined>((resolve) => {
    watch.expect(deadline, resolve);
    void met.then(() => {
      watch.met();
      resolve(undefined);
    });
  });
const never = new Promise<void>(() => undefined);

describe("DeadlineWatch", () => {
  it("gives up a wait whose deadline has passed, with its phase and length", async () => {
    const deadline = after(40, "headers");
    const error = (await watched(new DeadlineWatch(), deadline, never)) as TimeoutError;
    expect(performance.now()).toBeGreaterThanOrEqual(deadline.at);
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "headers", timeoutMs: 40 });
  });

  it("lets count what has come while the thread was blocked", async () => {
    const waiting = watched(new DeadlineWatch(), after(100), afterPolls(1));
    blockThread(400);
    expect(await waiting).toBeUndefined();
  });

  it("lets count what needs several turns of the event loop after a block", async () => {
    // The last one is in the last slice, and far enough from its end for a machine that is late.
    for (const before of [0, 60, 89]) {
      const met = (async () => {
        await new Promise((waited) => setTimeout(waited, before));
        blockThread(400);
        await afterPolls(3);
      })();
      expect(await watched(new DeadlineWatch(), after(100), met)).toBeUndefined();
    }
  });

  it("lets count what has come while the thread was blocked twice in a row", async () => {
    const met = (async () => {
      await new Promise((waited) => setTimeout(waited, 20));
      for (let blocks = 0; blocks < 2; blocks++) {
        blockThread(300);
        await afterPolls(1);
      }
      await afterPolls(1);
    })();
    expect(await watched(new DeadlineWatch(), after(100), met)).toBeUndefined();
  });

  it("finds a silent server out on a thread that is always busy", async () => {
    let busy = true;
    const work = (): void => {
      blockThread(25);
      if (busy) setImmediate(work);
    };
    work();
    expect(await watched(new DeadlineWatch(), after(80), never)).toMatchObject({ phase: "idle" });
    busy = false;
  });

  it("does not put off the end of the call as a whole", async () => {
    const deadline = after(50, "total");
    const { at } = deadline;
    const waiting = watched(new DeadlineWatch(), deadline, never);
    blockThread(200);
    expect(await waiting).toMatchObject({ phase: "total" });
    expect(deadline.at).toBe(at);
  });

  it("watches the wait that is on, however many were met before", async () => {
    const watch = new DeadlineWatch();
    let failure: Error | undefined;
    for (let waits = 0; waits < 20; waits++) {
      watch.expect(after(60), (error) => (failure = error));
      await new Promise((waited) => setTimeout(waited, 10));
      watch.met();
    }
    expect(failure).toBeUndefined();
    expect(await watched(watch, after(30), never)).toMatchObject({ timeoutMs: 30 });
  });

  it("says nothing after it was stopped", async () => {
    const watch = new DeadlineWatch();
    let failure: Error | undefined;
    watch.expect(after(20), (error) => (failure = error));
    watch.stop();
    await new Promise((waited) => setTimeout(waited, 60));
    expect(failure).toBeUndefined();
  });

  it("says when a while has passed in which nobody waited", async () => {
    await new Promise<void>((unattended) => {
      const watch = new DeadlineWatch(unattended);
      watch.expect(after(Infinity), () => undefined);
      watch.met();
    });
  });
});
