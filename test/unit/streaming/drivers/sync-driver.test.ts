import { describe, expect, it } from "vitest";
import { ConnectionError, SynchronousHookError, TimeoutError } from "../../../../src/errors.js";
import {
  abandon,
  emit,
  limit,
  settle,
  sleep,
  type Effects,
} from "../../../../src/streaming/effects.js";
import { SyncDriver } from "../../../../src/streaming/drivers/sync-driver.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import type { Transport } from "../../../../src/transport/transport.js";
import { CONNECTION, NEVER, readingCall } from "../../../helpers/run-effects.js";

const expired = { at: 0, phase: "total", timeoutMs: 5 } as const;

function drive(
  effects: Effects<void>,
  transport: Transport = scriptedTransport([{ body: ["a", "b"] }]),
  closeReason = (): Error | undefined => undefined,
) {
  return new SyncDriver(effects, transport, CONNECTION, closeReason).batches();
}
const textOf = (batches: Iterable<readonly { text: string }[]>): string =>
  [...batches]
    .flat()
    .map(({ text }) => text)
    .join("");

describe("SyncDriver", () => {
  it("carries out what the call asks for", () => {
    expect(textOf(drive(readingCall()))).toBe("200:ab");
  });

  it("tells the call what failed, and the reader what the call makes of it", () => {
    const ended: unknown[] = [];
    const failure = new ConnectionError("no answer");
    expect(() => textOf(drive(readingCall(ended), scriptedTransport([failure])))).toThrow(failure);
    expect(ended).toEqual([failure, "ended"]);
  });

  it("ends the call of a reader who leaves", () => {
    const ended: unknown[] = [];
    for (const _ of drive(readingCall(ended))) break;
    expect(ended).toEqual(["ended"]);
  });

  it("ends the call as soon as there is a reason to, and gives that", () => {
    const reason = new Error("aborted");
    for (const asked of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const ended: unknown[] = [];
      let times = 0;
      const closeReason = () => (++times >= asked ? reason : undefined);
      expect(() => textOf(drive(readingCall(ended), undefined, closeReason))).toThrow(reason);
      if (asked > 1) expect(ended.at(-1)).toBe("ended");
    }
  });

  it("gives the reason though the call makes an end, or another error, of it", () => {
    const reason = new Error("aborted");
    let isOver = false;
    const closeReason = () => (isOver ? reason : undefined);
    // eslint-disable-next-line require-yield -- its hooks are all there is to it
    const failing = function* (): Effects<void> {
      isOver = true;
      throw new Error("another");
    };
    // eslint-disable-next-line require-yield -- its hooks are all there is to it
    const ending = function* (): Effects<void> {
      isOver = true;
    };
    for (const effects of [failing(), ending()]) {
      isOver = false;
      expect(() => textOf(drive(effects, undefined, closeReason))).toThrow(reason);
    }
  });

  it("lets a call that has taken too long give what it held back", () => {
    const held = function* (): Effects<void> {
      yield* limit(expired);
      try {
        yield* readingCall();
      } catch (error) {
        yield* abandon();
        yield* emit([{ text: "held" }]);
        throw error;
      }
    };
    const batches = drive(held());
    expect(batches.next().value).toEqual([{ text: "held" }]);
    expect(() => batches.next()).toThrow(TimeoutError);
  });

  it("refuses the Promise of a hook, and a transport that cannot block", () => {
    const settling = settle("headers", Promise.reject(new Error("unseen")), NEVER);
    expect(() => textOf(drive(settling))).toThrow(SynchronousHookError);
    const { open: openAsync } = scriptedTransport([]);
    const transport = { name: "fetch", open: openAsync };
    expect(() => textOf(drive(readingCall(), transport))).toThrow(
      /the transport fetch has no synchronous/,
    );
  });

  it("ends a call that has taken too long, and does not sleep beyond its end", () => {
    const late = function* (): Effects<void> {
      yield* limit(expired);
      yield* readingCall();
    };
    expect(() => textOf(drive(late()))).toThrow(TimeoutError);
    const sleeping = sleep(10, { ...expired, at: performance.now() + 5 });
    expect(() => textOf(drive(sleeping))).toThrow(TimeoutError);
  });
});
