import { describe, expect, it } from "vitest";
import { modelStreamError } from "../../../../src/streaming/provider/model-stream-error.js";

describe("modelStreamError", () => {
  const make = (said: unknown) => modelStreamError(said, "inside the stream", (text) => text);

  it("has the provider's words, code and type", () => {
    const error = make({ error: { message: "no room", code: 1, type: "t" } });
    expect(error.message).toBe("the provider reported an error inside the stream: no room");
    expect(error).toMatchObject({ providerCode: "1", providerType: "t" });
  });

  it("says so where there are no words", () => {
    expect(make({ error: { type: "t" } }).message).toMatch(/: t$/);
    expect(make("").message).toMatch(/without a message$/);
    expect(make(null).message).toMatch(/without a message$/);
  });

  it("shows words that are JSON of an unknown shape", () => {
    expect(make({ error: '{"upstream":{"words":"quota"}}' }).message).toMatch(/words":"quota"/);
    expect(make('{"words":"quota"}').message).toMatch(/words":"quota"/);
  });

  it("may be worth another try where it sounds as if it would pass", () => {
    const retryable = (said: unknown) => make(said).retryable;
    expect(retryable({ error: { message: "x", code: 503 } })).toBe(true);
    expect(retryable({ error: { message: "x", type: "overloaded_error" } })).toBe(true);
    expect(retryable({ error: "The server is busy" })).toBe(true);
    expect(retryable({ error: { message: "Capacity temporarily exceeded", code: 3040 } })).toBe(
      true,
    );
    for (const name of ["status_code", "statusCode", "http_status_code"]) {
      expect(retryable({ error: { message: "x", [name]: 503 } })).toBe(true);
      expect(retryable({ error: { message: "x", [name]: 422 } })).not.toBe(true);
    }
    expect(retryable({ error: "Internal Server Error" })).toBe(true);
    expect(retryable({ error: "Gateway Timeout." })).toBe(true);
    expect(retryable({ error: "No internal server error" })).not.toBe(true);
    expect(retryable({ error: { message: "rate limit", code: 401 } })).not.toBe(true);
    expect(retryable({ error: { message: "rate limit", code: "auth" } })).not.toBe(true);
    expect(retryable({ error: "No such model" })).not.toBe(true);
    expect(retryable({ message: "x", retryable: false, code: 503 })).toBe(false);
  });

  it("goes by the same statuses as a response, where the code is one", () => {
    const codes = [400, 401, 404, 408, 409, 425, 429, "500", 501, 503, 520, "529", 50_001, "5e2"];
    const passing = codes.filter((code) => make({ error: { message: "x", code } }).retryable);
    expect(passing).toEqual([408, 409, 425, 429, "500", 503, 520, "529"]);
  });

  it("takes secrets out before it cuts to length", () => {
    const redact = (text: string): string => text.replaceAll("k-1", "***");
    const error = modelStreamError(
      { error: { message: "k-1", code: "k-1" } },
      "inside the stream",
      redact,
    );
    expect(error.message).not.toContain("k-1");
    expect(error.providerCode).toBe("***");
  });
});
