import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  RecordTooLargeError,
  ResponseTooLargeError,
} from "../../../../src/errors.js";
import { ResponseBody, decodeBody } from "../../../../src/streaming/response/response-body.js";
import { resolveSettings } from "../../../../src/streaming/settings/resolve-settings.js";
import { NEVER, runEffects } from "../../../helpers/run-effects.js";

const start = (reads: readonly (string | Error)[], maxBytes = 100, opening: Uint8Array[] = []) => {
  const run = runEffects(new ResponseBody().start(maxBytes, NEVER, opening), reads);
  return { ...run, read: decodeBody(run.result ?? new Uint8Array()) };
};

describe("ResponseBody.start", () => {
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

describe("ResponseBody.whole", () => {
  const whole = (reads: readonly string[], limits: object = {}) =>
    runEffects(
      new ResponseBody().whole(resolveSettings({}, { limits }).limits, () => NEVER),
      reads,
    );

  it("gives all bytes, and lets the connection go", () => {
    const { result, kinds } = whole(["a", "b"]);
    expect(decodeBody(result!)).toBe("ab");
    expect(kinds.at(-1)).toBe("release");
  });

  it("keeps the limits", () => {
    expect(whole(["ab", "cd"], { maxRecordBytes: 3 }).error).toBeInstanceOf(RecordTooLargeError);
    expect(whole(["abcd"], { maxResponseBytes: 3 }).error).toBeInstanceOf(ResponseTooLargeError);
  });

  it("holds no piece longer than until the next, however small they are", () => {
    const effects = new ResponseBody().whole(resolveSettings({}, {}).limits, () => NEVER);
    effects.next();
    // A transport may use its memory again.
    const piece = Uint8Array.of(0);
    for (const byte of Buffer.from("abc")) {
      piece[0] = byte;
      effects.next([piece]);
    }
    effects.next(undefined);
    const { value } = effects.next();
    expect(decodeBody(value as Uint8Array)).toBe("abc");
  });
});

describe("ResponseBody", () => {
  const LATIN_1 = "text/plain; charset=iso-8859-1";
  const E_ACUTE = Uint8Array.of(0xe9);

  it("gives UTF-8, whatever the charset", () => {
    const { result } = runEffects(new ResponseBody(LATIN_1).start(10, NEVER), [E_ACUTE]);
    expect(decodeBody(result!)).toBe("é");
  });

  it("reads an error in a charset that nobody knows as UTF-8", () => {
    expect(() => new ResponseBody("text/plain; charset=klingon")).toThrow("klingon");
    const body = ResponseBody.ofError("text/plain; charset=klingon");
    expect(decodeBody(runEffects(body.start(10, NEVER), ["é"]).result!)).toBe("é");
  });
});

describe("decodeBody", () => {
  it("is UTF-8, without a byte order mark", () => {
    expect(decodeBody(new TextEncoder().encode("\ufeffé"))).toBe("é");
    expect(decodeBody(Uint8Array.of(0xff))).toBe("\ufffd");
  });
});
