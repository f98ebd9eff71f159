import { describe, expect, it } from "vitest";
import { retryInfoMs } from "../../../../src/streaming/provider/retry-info.js";

const INFO = "type.googleapis.com/google.rpc.RetryInfo";
const refused = (...details: unknown[]) => ({ error: { code: 429, details } });

describe("retryInfoMs", () => {
  it.each([
    [refused({ "@type": INFO, retryDelay: "38s" }), 38_000],
    [[refused({ reason: "x" }, null, { "@type": INFO, retryDelay: "0.25s" })], 250],
  ])("reads the pause that %j asks for", (body, ms) => {
    expect(retryInfoMs(body)).toBe(ms);
  });

  it.each([
    ...["38", "-1s", "1e9s", "soon", 38, null].map((retryDelay) => refused({ retryDelay })),
    refused(),
    { error: { details: { retryDelay: "38s" } } },
    { error: null },
    { error: "38s" },
    [],
    null,
    "38s",
    undefined,
  ])("finds none in %j", (body) => {
    expect(retryInfoMs(body)).toBeUndefined();
  });
});
