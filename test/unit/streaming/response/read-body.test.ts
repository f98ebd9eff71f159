import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  RecordTooLargeError,
  ResponseTooLargeError,
} from "../../../../src/errors.js";
import { readStart, readWhole, textOf } from "../../../../src/streaming/response/read-body.js";
import { resolveSettings } from "../../../../src/streaming/settings/resolve-settings.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

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

describe("readWhole", () => {
  const whole = (reads: readonly string[], limits: object = {}) =>
    runEffects(
      readWhole(resolveSettings({}, { limits }).limits, () => NEVER),
      reads,
    );

  it("gives all bytes, and lets the connection go", () => {
    const { result, kinds } = whole(["a", "b"]);
    expect(textOf(result!)).toBe("ab");
    expect(kinds.at(-1)).toBe("release");
  });

  it("keeps the limits", () => {
    expect(whole(["ab", "cd"], { maxRecordBytes: 3 }).error).toBeInstanceOf(RecordTooLargeError);
    expect(whole(["abcd"], { maxResponseBytes: 3 }).error).toBeInstanceOf(ResponseTooLargeError);
  });
});

describe("textOf", () => {
  it("is UTF-8, without a byte order mark", () => {
    expect(textOf(new TextEncoder().encode("\ufeffé"))).toBe("é");
    expect(textOf(Uint8Array.of(0xff))).toBe("\ufffd");
  });
});
