import { describe, expect, it } from "vitest";
import { ConnectionError, HookError, TimeoutError } from "../../../../src/errors.js";
import { failureBeforeHead, ProxyFailure } from "../../../../src/transport/undici/failures.js";

const OPTIONS = { connectTimeoutMs: 1234, headersTimeoutMs: 0 };
const coded = (code: string, message = "failed") => Object.assign(new Error(message), { code });
const before = (error: unknown, options = {}) =>
  failureBeforeHead(error, "https://models.test/x?key=secret", { ...OPTIONS, ...options });

describe("failureBeforeHead", () => {
  it.each([
    ["ECONNREFUSED", /nobody listens at models.test:443/],
    ["ENOTFOUND", /could not be resolved/],
    ["UND_ERR_SOCKET", /closed the connection before it answered/],
    ["EHOSTUNREACH", /cannot be reached/],
    ["CERT_HAS_EXPIRED", /has expired/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /tls.ca/],
    ["HPE_INVALID_CONSTANT", /did not answer with HTTP/],
    ["EWHATEVER", /the request to models.test:443 failed: failed, EWHATEVER/],
  ])("explains %s", (code, message) => {
    const error = before(coded(code));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(message);
  });

  it("finds the code of the first of many addresses, and within another error", () => {
    const many = new AggregateError([coded("ECONNREFUSED"), coded("EACCES")]);
    expect(before(many).message).toContain("nobody listens");
    expect(before(new Error("x", { cause: coded("ENOTFOUND") })).message).toContain("resolved");
  });

  it("tells timeouts apart", () => {
    expect(before(coded("UND_ERR_CONNECT_TIMEOUT"))).toMatchObject({
      name: TimeoutError.name,
      phase: "connect",
      timeoutMs: 1234,
    });
    expect(before(coded("UND_ERR_HEADERS_TIMEOUT"))).toMatchObject({ phase: "headers" });
    const proxy = new ProxyFailure("proxy:1", coded("UND_ERR_HEADERS_TIMEOUT"));
    expect(before(proxy)).toMatchObject({ phase: "connect" });
  });

  it("blames the proxy where it is to blame", () => {
    const failure = new ProxyFailure("proxy:1", coded("ECONNREFUSED"));
    expect(before(failure).message).toMatch(/nobody listens at the proxy proxy:1.*Is the proxy/);
    const refused = before(new Error("Proxy response (407)"), { proxy: "http://u:p@proxy:1" });
    expect(refused.message).toMatch(/the proxy proxy:1 answered 407.*Check the credentials/);
    expect(refused.message).not.toContain("u:p");
  });

  it("leaves an error of the author's as it is", () => {
    const error = new HookError("headers", "x");
    expect(before(error)).toBe(error);
    expect(before(coded("UND_ERR_INVALID_ARG", "invalid header"))).toBeInstanceOf(HookError);
  });
});
