import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { AsyncDriver } from "../../../../src/streaming/drivers/async-driver.js";
import {
  checkedExchange,
  checkedHead,
  checkedSyncExchange,
} from "../../../../src/streaming/drivers/exchange-check.js";
import { scriptedTransport } from "../../../../src/testing/index.js";
import type { Exchange, ResponseHead, Transport } from "../../../../src/transport/transport.js";
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

describe("checkedHead", () => {
  const headOf = (headers: unknown) => checkedHead({ status: 200, headers } as ResponseHead, "own");

  it.each<[string, unknown]>([
    ["a Map", new Map([["A", "b"]])],
    ["a Headers", new Headers({ A: "b" })],
    ["an object", { A: "b", c: undefined }],
  ])("reads headers from %s", (_, headers) => {
    expect(headOf(headers)).toEqual({ status: 200, headers: { a: "b" } });
  });

  it.each<[string, unknown, RegExp]>([
    ["texts without names", new Set(["a: b"]), /gave headers without names/],
    ["names that are none", new Map([[1, "b"]]), /gave headers without names/],
    ["numbers", Uint8Array.of(1), /gave headers without names/],
    ["null", new Set([null]), /gave headers without names/],
    ["what cannot be listed", { get: () => "b" }, /gave no object of headers/],
    ["a value that is none", new Map([["A", {}]]), /gave the header "A" as object/],
  ])("refuses %s", (_, headers, message) => {
    expect(() => headOf(headers)).toThrow(HookError);
    expect(() => headOf(headers)).toThrow(message);
  });
});
