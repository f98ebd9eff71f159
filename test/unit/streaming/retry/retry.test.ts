import { describe, expect, it } from "vitest";
import {
  ChunkParseError,
  ConnectionError,
  HookError,
  HttpStatusError,
  ModelStreamError,
  TimeoutError,
  TruncatedStreamError,
} from "../../../../src/errors.js";
import {
  backoffMs,
  isBreak,
  isRefusal,
  isRetryable,
  parseRetryAfter,
  retryDelayMs,
} from "../../../../src/streaming/retry/retry.js";

const status = (code: number, details = {}) =>
  new HttpStatusError("x", { status: code, ...details });

describe("isRetryable", () => {
  it("goes by the status", () => {
    const all = [400, 401, 403, 404, 408, 409, 413, 422, 425, 429, 500, 501, 502, 503, 504, 529];
    expect(all.filter((code) => isRetryable(status(code)))).toEqual([
      408, 409, 425, 429, 500, 502, 503, 504, 529,
    ]);
  });

  it("is false for what waiting cannot cure, and for a wait that is too long", () => {
    expect(isRetryable(status(429, { providerCode: "insufficient_quota" }))).toBe(false);
    expect(isRetryable(status(429, { retryAfterMs: 60_000 }))).toBe(true);
    expect(isRetryable(status(429, { retryAfterMs: 60_001 }))).toBe(false);
  });

  it("is true for what the network did, and false for what was slow or wrong", () => {
    expect(isRetryable(new ConnectionError("x"))).toBe(true);
    expect(isRetryable(new TimeoutError("connect", 1))).toBe(true);
    expect(isRetryable(new TimeoutError("headers", 1))).toBe(false);
    expect(isRetryable(new TruncatedStreamError("x"))).toBe(true);
    expect(isRetryable(new TruncatedStreamError("x", { records: 2 }))).toBe(false);
    expect(isRetryable(new HookError("parseChunk", "x"))).toBe(false);
  });

  it("goes by what the provider's error says", () => {
    expect(isRetryable(new ModelStreamError("x", { retryable: true }))).toBe(true);
    expect(isRetryable(new ModelStreamError("x", {}))).toBe(false);
  });
});

describe("isBreak", () => {
  it("is true where an answer broke off or stood still", () => {
    expect(isBreak(new TruncatedStreamError("x", { records: 2 }))).toBe(true);
    expect(isBreak(new TimeoutError("idle", 1))).toBe(true);
    expect(isBreak(new TimeoutError("token", 1))).toBe(true);
    expect(isBreak(new TimeoutError("total", 1))).toBe(false);
    expect(isBreak(new ConnectionError("x"))).toBe(false);
    const cut = { format: "sse", record: "{", index: 0 };
    expect(isBreak(new ChunkParseError("x", { ...cut, unfinished: true }))).toBe(true);
    expect(isBreak(new ChunkParseError("x", cut))).toBe(false);
  });
});

describe("retryDelayMs", () => {
  it("is what the server asks for, a minute at most", () => {
    expect(retryDelayMs(status(429, { retryAfterMs: 7 }), 0)).toBe(7);
    expect(retryDelayMs(status(429, { retryAfterMs: 100_000 }), 0)).toBe(60_000);
  });

  it("is a share of a backoff that doubles, up to eight seconds", () => {
    for (const [attempt, longest] of [500, 1000, 2000, 4000, 8000, 8000].entries()) {
      for (let times = 0; times < 20; times++) {
        const delay = retryDelayMs(new ConnectionError("x"), attempt);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(longest);
      }
    }
    expect(backoffMs(1000)).toBeLessThanOrEqual(8000);
  });
});

describe("isRefusal", () => {
  it("is a 429, or a 503 that says how long to wait", () => {
    expect(isRefusal(status(429))).toBe(true);
    expect(isRefusal(status(503, { retryAfterMs: 1 }))).toBe(true);
    expect(isRefusal(status(503))).toBe(false);
    expect(isRefusal(status(429, { providerCode: "insufficient_quota" }))).toBe(false);
    expect(isRefusal(new ConnectionError("x"))).toBe(false);
    expect(isRefusal(undefined)).toBe(false);
  });
});

describe("parseRetryAfter", () => {
  it.each([
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": " 0.5 " }, 500],
    [{ "retry-after": "-1" }, 0],
    [{ "retry-after": "2", "retry-after-ms": "30" }, 30],
    [{ "retry-after": "20", "retry-after-ms": "" }, 20_000],
    [{ "retry-after": "5, 30" }, 30_000],
    [{ "retry-after": "9".repeat(400) }, Number.MAX_SAFE_INTEGER],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "2 Jan" }, undefined],
    [{ "retry-after": "0x10" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{}, undefined],
  ])("of %j is %s", (headers, ms) => {
    expect(parseRetryAfter(headers as Record<string, string>)).toBe(ms);
  });

  it("reads a date, and never waits for the past", () => {
    const at = (ms: number) => parseRetryAfter({ "retry-after": new Date(ms).toUTCString() })!;
    expect(at(Date.now() - 100_000)).toBe(0);
    const wait = at(Date.now() + 100_000);
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(100_000);
  });

  it("goes by the server's clock where it tells the time", () => {
    const headers = { "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT" };
    const date = "Sun, 06 Nov 1994 08:49:37 GMT";
    expect(parseRetryAfter({ ...headers, date })).toBe(30_000);
    expect(parseRetryAfter({ ...headers, date: "then" })).toBe(0);
  });

  it("reads a list of any length", () => {
    expect(parseRetryAfter({ "retry-after": `${"1,".repeat(500_000)}2` })).toBe(2000);
  });
});
