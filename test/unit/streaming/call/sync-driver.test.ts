import { describe, expect, it } from "vitest";
import { SynchronousHookError, TimeoutError } from "../../../../src/errors.js";
import { limit, settle, sleep, type Effects } from "../../../../src/streaming/call/effects.js";
import { SyncDriver } from "../../../../src/streaming/call/sync-driver.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import type { Transport } from "../../../../src/transport/transport.js";
import { CONNECTION, NEVER, readingCall } from "../../../helpers/run-effects.js";

const expired = { at: 0, phase: "total", timeoutMs: 5 } as const;

function drive(
  effects: Effects<void>,
  transport: Transport = scriptedTransport([{ body: ["a", "b"] }]),
  check = (): void => undefined,
) {
  return new SyncDriver(effects, transport, CONNECTION, check).batches();
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
    const failure = new Error("no answer");
    expect(() => textOf(drive(readingCall(ended), scriptedTransport([failure])))).toThrow(failure);
    expect(ended).toEqual([failure, "ended"]);
  });

  it("ends the call of a reader who leaves", () => {
    const ended: unknown[] = [];
    for (const _ of drive(readingCall(ended))) break;
    expect(ended).toEqual(["ended"]);
  });

  it("ends the call when a check before a wait says so", () => {
    let checks = 0;
    const reason = new Error("aborted");
    const check = (): void => {
      if (++checks === 3) throw reason;
    };
    expect(() => textOf(drive(readingCall(), undefined, check))).toThrow(reason);
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
