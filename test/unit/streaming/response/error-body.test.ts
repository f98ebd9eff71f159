import { describe, expect, it } from "vitest";
import { ConnectionError } from "../../../../src/errors.js";
import { CallState } from "../../../../src/streaming/call/call-state.js";
import {
  readStart,
  readStatusError,
  textOf,
} from "../../../../src/streaming/response/error-body.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";
import { modelCall } from "../../../helpers/run-scripted.js";

const start = (reads: readonly (string | Error)[], maxBytes = 100, opening: Uint8Array[] = []) => {
  const run = runEffects(readStart(maxBytes, NEVER, opening), reads);
  return { ...run, read: textOf(run.result ?? new Uint8Array()) };
};

describe("readStart", () => {
  it("gives the whole of a short body, and lets the connection go", () => {
    const { read, kinds } = start(["a", "b"]);
    expect(read).toBe("ab");
    expect(kinds.at(-1)).toBe("release");
  });

  it("reads no more than it may", () => {
    const { read, kinds } = start(["abc", "def", "ghi"], 4);
    expect(read).toBe("abcd");
    expect(kinds.filter((kind) => kind === "read")).toHaveLength(2);
  });

  it("gives what had come where the body breaks off", () => {
    expect(start(["a", new ConnectionError("gone")])).toMatchObject({
      read: "a",
      error: undefined,
    });
  });

  it("hides no fault of ours", () => {
    expect(start([new TypeError("ours")]).error).toBeInstanceOf(TypeError);
  });

  it("begins with what has been read by now", () => {
    expect(start(["b"], 100, [new TextEncoder().encode("a")]).read).toBe("ab");
  });
});

describe("readStatusError", () => {
  it("is made of the status, the head and the body", () => {
    const state = new CallState(modelCall({}));
    const head = { status: 429, headers: { "retry-after": "2", "x-request-id": "r" } };
    const { result } = runEffects(readStatusError(state, head), ['{"error":{"message":"slow"}}']);
    expect(result).toMatchObject({ status: 429, retryAfterMs: 2000, requestId: "r" });
    expect(result?.message).toContain("slow");
  });
});

describe("textOf", () => {
  it("is UTF-8, without a byte order mark", () => {
    expect(textOf(new TextEncoder().encode("\ufeffé"))).toBe("é");
    expect(textOf(Uint8Array.of(0xff))).toBe("\ufffd");
  });
});
