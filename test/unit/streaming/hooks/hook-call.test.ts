import { describe, expect, it } from "vitest";
import { ConnectionError, HookError } from "../../../../src/errors.js";
import {
  askHook,
  callHook,
  hookFailure,
  isPromise,
} from "../../../../src/streaming/hooks/hook-call.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

const throwing = (error: unknown) => () =>
  callHook("headers", () => {
    throw error;
  });

describe("callHook", () => {
  it("gives what the hook gives", () => {
    expect(callHook("headers", () => 7)).toBe(7);
  });

  it("names the hook in what it throws", () => {
    const cause = new TypeError("x is not a function");
    expect(throwing(cause)).toThrow("headers threw: x is not a function");
    expect(throwing("a text")).toThrow(HookError);
    expect(throwing({ message: "of another kind" })).toThrow("not an Error: of another kind");
    expect(throwing(Object.create(null))).toThrow("not an Error: [object Object]");
  });

  it("quotes no header and no credentials of what the platform threw", () => {
    const ask = () => new Headers({ authorization: "Bearer sk-live\nx" });
    const message = "headers threw: Headers.append: [redacted] is an invalid header value.";
    expect(() => callHook("headers", ask)).toThrow(message);
  });

  it("refuses a Promise, also one that fails later", async () => {
    const later = () => callHook("shouldRetry", () => Promise.reject(new Error("later")));
    expect(later).toThrow(HookError);
    expect(later).toThrow("shouldRetry returned a Promise, but it must be synchronous");
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("passes on what means something to the reader's code", () => {
    class OwnError extends Error {}
    const abort = new DOMException("aborted", "AbortError");
    for (const error of [new OwnError("x"), new ConnectionError("x"), abort]) {
      expect(throwing(error)).toThrow(error);
    }
  });
});

describe("askHook", () => {
  it("waits only where there is something to wait for", () => {
    const now = runEffects(askHook("headers", () => 7, NEVER));
    expect([now.result, now.kinds]).toEqual([7, []]);
    const later = runEffects(askHook("headers", () => Promise.resolve(7), NEVER));
    expect(later.effects).toMatchObject([{ kind: "settle", hook: "headers" }]);
  });

  it("names the hook in what it rejects with", async () => {
    const { effects } = runEffects(askHook("headers", () => Promise.reject(new Error("x")), NEVER));
    await expect((effects[0] as { value?: unknown }).value).rejects.toThrow("headers threw: x");
  });
});

describe("hookFailure", () => {
  it("names the hook, and makes an error of what is none", () => {
    const error = hookFailure("format", new TypeError("x"));
    expect(error).toBeInstanceOf(HookError);
    expect(error.message).toBe("format threw: x");
    const typed = new HookError("format", "x");
    expect(hookFailure("format", typed)).toBe(typed);
    expect(hookFailure("format", undefined).message).toMatch(/not an Error: undefined/);
  });
});

describe("isPromise", () => {
  it("goes by then", () => {
    expect(
      [Promise.resolve(), { then: () => undefined }].every((value) => isPromise<unknown>(value)),
    ).toBe(true);
    expect([null, undefined, 1, "then", {}, { then: 1 }].some((value) => isPromise(value))).toBe(
      false,
    );
  });
});
