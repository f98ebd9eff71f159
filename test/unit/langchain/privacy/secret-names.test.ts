import { describe, expect, it } from "vitest";
import { holdsSecret, isHeadersName } from "../../../../src/langchain/privacy/secret-names.js";

describe("holdsSecret", () => {
  it.each<[unknown]>([
    [{ apiKey: "k" }],
    [[{ deep: { access_token: "t" } }]],
    [{ defaultHeaders: { "x-tenant": "a" } }],
    ["https://user:pass@host.test/"],
    [{ url: "postgres://u:p@host/db" }],
  ])("is true for %j", (value) => {
    expect(holdsSecret(value)).toBe(true);
  });

  it.each<[unknown]>([
    [null],
    ["text"],
    ["mail me @ home"],
    [{ maxTokens: 5 }],
    [{ properties: { password: { type: "string" } } }],
    [{ headers: null }],
    [new Date()],
  ])("is false for %j", (value) => {
    expect(holdsSecret(value)).toBe(false);
  });

  it("trusts nothing that is nested without an end", () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    expect(holdsSecret(value)).toBe(true);
  });
});

describe("isHeadersName", () => {
  it("goes by the end of the name", () => {
    expect(["headers", "defaultHeaders", "HEADERS"].every(isHeadersName)).toBe(true);
    expect(["header", "headersOf", ""].some(isHeadersName)).toBe(false);
  });
});
