import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { AsyncDriver } from "../../../../src/streaming/drivers/async-driver.js";
import {
  checkedExchange,
  checkedSyncExchange,
} from "../../../../src/streaming/drivers/exchange-check.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import type { Exchange, Transport } from "../../../../src/transport/transport.js";
import { CONNECTION, readingCall } from "../../../helpers/run-effects.js";

const REQUEST = { method: "GET", url: "http://a.test/", headers: {}, body: undefined };
const transport = scriptedTransport(() => ({ body: "x" }));
const exchange = () => transport.open(REQUEST, CONNECTION);

describe("checkedExchange", () => {
  it("gives what is an exchange", () => {
    const open = exchange();
    expect(checkedExchange(open, transport)).toBe(open);
    const sloppy = { ...open, unattended: undefined } as unknown as Exchange;
    expect(checkedExchange(sloppy, transport)).toBe(sloppy);
    const openSync = transport.openSync!(REQUEST, CONNECTION);
    expect(checkedSyncExchange(openSync, transport)).toBe(openSync);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["nothing", () => undefined, /open\(\) of the transport own gave no exchange.* head\(\)/],
    ["half of one", () => ({ ...exchange(), release: undefined }), /has no release\(\)/],
    ["one that never ends", () => ({ ...exchange(), over: undefined }), /has no over/],
    [
      "an error in its place",
      () => {
        throw new HookError("transport", "it threw");
      },
      /it threw/,
    ],
    ["a Promise of one", async () => exchange(), /returned a Promise/],
    ["one that fails", async () => Promise.reject(new Error("late")), /returned a Promise/],
  ])("refuses %s, and the call ends", async (_, open, message) => {
    const own: Transport = { name: "own", open: open as () => Exchange };
    const told: unknown[] = [];
    const ended = new Promise((resolve, reject) => {
      const driver = new AsyncDriver(readingCall(told), own, CONNECTION);
      driver.next({ onPieces: resolve, onError: reject });
    });
    await expect(ended).rejects.toThrow(HookError);
    await expect(ended).rejects.toThrow(message);
    // The call itself was told: it gives back what it holds.
    expect(told).toEqual([expect.any(HookError), "ended"]);
  });
});
