import { describe, expect, it } from "vitest";
import { RateLimitGates } from "../../../../src/streaming/retry/rate-limit-gates.js";

const gates = new RateLimitGates(String);
const gate = (url: string, headers: Record<string, string> = {}) => {
  const one = gates.gateFor(new URL(url), headers);
  // One that nobody waits at is forgotten.
  one.hold(60_000);
  return one;
};

describe("RateLimitGates", () => {
  it("have one for each server, whatever the path", () => {
    expect(gate("http://a.test/x")).toBe(gate("http://a.test/y?model=z"));
    expect(gate("http://a.test/x")).not.toBe(gate("http://b.test/x"));
    expect(gate("http://a.test/")).not.toBe(gate("https://a.test/"));
  });

  it("have one for each account, by its credential", () => {
    const of = (headers: Record<string, string>) => gate("http://c.test/", headers);
    expect(of({ authorization: "Bearer 1" })).toBe(of({ authorization: "Bearer 1", date: "now" }));
    expect(of({ authorization: "Bearer 1" })).not.toBe(of({ authorization: "Bearer 2" }));
    expect(of({ "x-api-key": "1" })).not.toBe(of({}));
    expect(gate("http://c.test/?key=1")).not.toBe(gate("http://c.test/?key=2"));
  });

  it("know an account by what stays of its signatures", () => {
    const signed = (id: string, signature: string) =>
      gate("http://d.test/", {
        authorization: `AWS4-HMAC-SHA256 Credential=${id}/20260101/x, Signature=${signature}`,
      });
    expect(signed("AKID", "1")).toBe(signed("AKID", "2"));
    expect(signed("AKID", "1")).not.toBe(signed("OTHER", "1"));
    expect(gate("http://e.test/?X-Amz-Signature=1")).toBe(gate("http://e.test/?X-Amz-Signature=2"));
  });
});
