import { describe, expect, it } from "vitest";
import { ConnectionError, TimeoutError } from "../../../../src/errors.js";
import { AsyncDriver } from "../../../../src/streaming/drivers/async-driver.js";
import {
  abandon,
  emit,
  hold,
  limit,
  open,
  settle,
  sleep,
  stream,
  type Effects,
} from "../../../../src/streaming/effects.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import { CONNECTION, NEVER, readingCall } from "../../../helpers/run-effects.js";
import { turns } from "../../../helpers/hand-server.js";

const drive = (effects: Effects<void>, transport = scriptedTransport([{ body: ["a", "b"] }])) =>
  new AsyncDriver(effects, transport, CONNECTION);

/** The text of the next deltas, `undefined` at the end. */
function next(driver: AsyncDriver): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    driver.next({
      onPieces: (deltas) => resolve(deltas?.map(({ text }) => text).join("")),
      onError: reject,
    });
  });
}
async function textOf(driver: AsyncDriver): Promise<string> {
  let all = "";
  for (let text = await next(driver); text !== undefined; text = await next(driver)) all += text;
  return all;
}

function* ending(effects: Effects<void>, ended: unknown[]): Effects<void> {
  try {
    yield* effects;
  } finally {
    ended.push("ended");
  }
}

describe("AsyncDriver", () => {
  it("carries out what the call asks for", async () => {
    expect(await textOf(drive(readingCall()))).toBe("200:ab");
  });

  it("gives the end again to whoever asks again", async () => {
    const driver = drive(readingCall());
    await textOf(driver);
    expect(await next(driver)).toBeUndefined();
  });

  it("tells the call what failed, and the reader what the call makes of it", async () => {
    const ended: unknown[] = [];
    const failure = new ConnectionError("no answer");
    await expect(textOf(drive(readingCall(ended), scriptedTransport([failure])))).rejects.toBe(
      failure,
    );
    expect(ended).toEqual([failure, "ended"]);
  });

  it("tells the call what was thrown while bytes were taken, and not the socket", async () => {
    const ended: unknown[] = [];
    const failure = new Error("of a body that cannot take bytes");
    const body = {
      finished: false,
      deadline: () => NEVER,
      push: () => {
        throw failure;
      },
    };
    const streaming = function* (): Effects<void> {
      yield* open({ method: "GET", url: "http://a.test/", headers: {}, body: undefined }, NEVER);
      yield* stream(body);
    };
    await expect(textOf(drive(ending(streaming(), ended)))).rejects.toBe(failure);
    expect(ended).toEqual(["ended"]);
  });

  it("ends the call at once when it is closed between two reads, or within one", async () => {
    for (const isReading of [false, true]) {
      const ended: unknown[] = [];
      const driver = drive(readingCall(ended));
      await next(driver);
      const reason = new Error("left");
      const reading = isReading ? next(driver).catch((error: unknown) => error) : undefined;
      driver.close(reason);
      await turns();
      expect(ended.at(-1)).toBe("ended");
      if (reading !== undefined) expect([reason, "a"]).toContain(await reading);
    }
  });

  it("awaits hooks, and gives up on one that takes too long", async () => {
    const awaiting = function* (value: unknown, at: number): Effects<void> {
      const text = yield* settle("headers", value, { at, phase: "total", timeoutMs: 1 });
      yield* emit([{ text: String(text) }]);
    };
    expect(await textOf(drive(awaiting(Promise.resolve("x"), Infinity)))).toBe("x");
    const never = new Promise(() => undefined);
    await expect(textOf(drive(awaiting(never, 0)))).rejects.toBeInstanceOf(TimeoutError);
  });

  it("does not sleep beyond the end of the call", async () => {
    const deadline = { at: performance.now() + 5, phase: "total", timeoutMs: 5 } as const;
    await expect(textOf(drive(sleep(60_000, deadline)))).rejects.toBeInstanceOf(TimeoutError);
  });

  it("ends a call that takes too long while nobody reads, and says so then", async () => {
    const limited = function* (): Effects<void> {
      const at = performance.now() + 20;
      yield* limit({ at, phase: "total", timeoutMs: 20 });
      yield* readingCall();
    };
    const driver = drive(limited());
    const interrupted = new Promise((resolve) => driver.whenInterrupted(resolve));
    await next(driver);
    expect(await interrupted).toBeInstanceOf(TimeoutError);
    await expect(next(driver)).rejects.toBeInstanceOf(TimeoutError);
  });

  it("may be closed from within the call, which then gives the reason, whatever it does", async () => {
    const reason = new Error("left");
    const made: ((close: () => void) => Effects<void>)[] = [
      // eslint-disable-next-line require-yield -- it ends before it asks for anything
      function* (close) {
        close();
      },
      // eslint-disable-next-line require-yield -- it ends before it asks for anything
      function* (close) {
        close();
        throw new Error("another");
      },
      function* (close) {
        close();
        yield* emit([{ text: "void" }]);
      },
      function* (close) {
        close();
        yield* settle("headers", "x", NEVER);
      },
      function* (close) {
        close();
        yield* readingCall();
      },
    ];
    for (const make of made) {
      const ended: unknown[] = [];
      const driver: AsyncDriver = drive(
        ending(
          make(() => driver.close(reason)),
          ended,
        ),
      );
      await expect(next(driver)).rejects.toBe(reason);
      expect(ended).toEqual(["ended"]);
    }
  });

  it("may be closed, and read on, from within the call while nobody reads", async () => {
    const reason = new Error("left");
    const reads: Promise<unknown>[] = [];
    const told: unknown[] = [];
    const limited = function* (): Effects<void> {
      const at = performance.now() + 20;
      yield* limit({ at, phase: "total", timeoutMs: 20 });
      try {
        yield* readingCall();
      } catch (error) {
        reads.push(next(driver).catch((thrown: unknown) => thrown));
        driver.close(reason);
        yield* abandon();
        throw error;
      }
    };
    const driver: AsyncDriver = drive(limited());
    const interrupted = new Promise<void>((resolve) => {
      driver.whenInterrupted((error) => {
        told.push(error);
        resolve();
      });
    });
    await next(driver);
    await interrupted;
    expect([told, await Promise.all(reads)]).toEqual([[reason], [reason]]);
  });

  it("may be read on from within the call that it ends between two reads", async () => {
    const reason = new Error("left");
    const reads: Promise<unknown>[] = [];
    const reading = function* (): Effects<void> {
      try {
        yield* readingCall();
      } finally {
        reads.push(next(driver).catch((thrown: unknown) => thrown));
      }
    };
    const driver: AsyncDriver = drive(reading());
    await next(driver);
    driver.close(reason);
    expect(await Promise.all(reads)).toEqual([reason]);
  });

  it("gives back what the call held when it is over", async () => {
    let left = 0;
    const holding = function* (): Effects<void> {
      yield* hold(() => left++);
      yield* readingCall();
    };
    await textOf(drive(holding()));
    await turns();
    expect(left).toBe(1);
    // A permit may come in the moment in which the call is closed.
    const closing = function* (): Effects<void> {
      driver.close(new Error("left"));
      yield* holding();
    };
    const driver: AsyncDriver = drive(closing());
    await expect(next(driver)).rejects.toThrow("left");
    expect(left).toBe(2);
  });
});
