import { describe, expect, it } from "vitest";
import { refusedResponse } from "../../../../src/transport/undici/status-failure.js";

const error = (fields: object) => Object.assign(new Error("x"), fields);

describe("refusedResponse", () => {
  it("is the response within undici's error for a status", () => {
    const response = refusedResponse(
      error({
        code: "UND_ERR_RESPONSE",
        statusCode: 429,
        headers: { "Retry-After": "1", "content-encoding": "gzip", "content-length": "9" },
        body: { error: "slow" },
      }),
    );
    expect(response).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(Buffer.from(response!.body).toString()).toBe('{"error":"slow"}');
  });

  it("has an empty body where the error has none", () => {
    const response = refusedResponse(error({ code: "UND_ERR_REQ_RETRY", statusCode: 503 }));
    expect(response).toMatchObject({ status: 503, headers: {} });
    expect(response!.body).toHaveLength(0);
  });

  it.each([
    null,
    "x",
    error({ code: "UND_ERR_SOCKET", statusCode: 500 }),
    error({ code: "UND_ERR_RESPONSE" }),
  ])("is none in %s", (other) => {
    expect(refusedResponse(other)).toBeUndefined();
  });

  it("is none where the status is no refusal", () => {
    // RetryAgent reports so that a range does not fit.
    expect(refusedResponse(error({ code: "UND_ERR_REQ_RETRY", statusCode: 200 }))).toBeUndefined();
  });
});
