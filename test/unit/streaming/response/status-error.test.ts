import { describe, expect, it } from "vitest";
import { Secrets } from "../../../../src/streaming/redaction/secrets.js";
import {
  statusError,
  type StatusErrorParts,
} from "../../../../src/streaming/response/status-error.js";

const make = (status: number, parts: Partial<StatusErrorParts> & { headers?: object } = {}) =>
  statusError({
    head: { status, headers: { ...(parts.headers as Record<string, string>) } },
    body: "",
    secrets: new Secrets(),
    ...parts,
  });

describe("statusError", () => {
  it("has the provider's words and codes", () => {
    const body = '{"error":{"message":"bad key","code":"invalid_key","type":"auth"}}';
    const error = make(401, { body });
    expect(error.message).toMatch(/^the server answered 401: bad key \(Check the credentials/);
    expect(error).toMatchObject({
      status: 401,
      body,
      providerCode: "invalid_key",
      providerType: "auth",
    });
  });

  it("asks parseError first", () => {
    const parseError = (status: number, body: unknown) =>
      `said ${status} ${(body as { why: string }).why}`;
    expect(make(400, { body: '{"why":"x"}', parseError }).message).toContain("said 400 x");
    expect(make(400, { body: "plain", parseError: () => null }).message).toContain("plain");
  });

  it("tells a fault of parseError beside the server's answer", () => {
    const parseError = (): never => {
      throw new Error("mine");
    };
    const { message } = make(500, { body: "theirs", parseError });
    expect(message).toContain("theirs");
    expect(message).toContain("parseError threw: mine");
  });

  it("tells of a parseError that gives no message, but not of one that found none", () => {
    const told = (given: unknown) =>
      make(400, { body: "theirs", parseError: () => given as never }).message;
    for (const given of [{ mesage: "mine" }, 5, true]) {
      expect(told(given)).toMatch(/theirs.*And parseError returned no message/);
    }
    for (const given of [null, undefined, { message: undefined }]) {
      expect(told(given)).not.toContain("parseError");
    }
  });

  it("tells of a parseError that is asynchronous, too", () => {
    const parseError = () => Promise.reject(new Error("later")) as never;
    const { message } = make(500, { body: "theirs", parseError });
    expect(message).toContain("theirs");
    expect(message).toContain("(And parseError returned a Promise, but it must be synchronous");
  });

  it("shows no secret that the server echoes, and no header that names a session", () => {
    const error = make(403, {
      body: '{"error":"key k-12345678 is unknown"}',
      headers: { "x-request-id": "k-12345678", "set-cookie": "s=1", location: "/x", date: "now" },
      secrets: new Secrets().add({ headers: { "x-api-key": "k-12345678" } }),
    });
    expect(JSON.stringify(error) + error.message).not.toContain("k-12345678");
    expect(Object.keys(error.headers ?? {}).sort()).toEqual(["date", "x-request-id"]);
  });

  it("says how long the server asks to wait", () => {
    const error = make(429, { headers: { "retry-after": "1.5" } });
    expect(error.retryAfterMs).toBe(1500);
    expect(error.message).toContain("It asks to wait 1.5 s.");
    const body = JSON.stringify({ error: { message: "m", details: [{ retryDelay: "38s" }] } });
    expect(make(429, { body }).retryAfterMs).toBe(38_000);
    expect(make(429, { body, headers: { "retry-after": "1" } }).retryAfterMs).toBe(1000);
  });

  it("has a hint for a failure of the server, and none for what it does not know", () => {
    expect(make(507).message).toContain("its log says why");
    expect(make(418).message).toBe("the server answered 418");
  });
});
