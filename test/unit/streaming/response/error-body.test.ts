import { describe, expect, it } from "vitest";
import { readStatusError } from "../../../../src/streaming/response/error-body.js";
import { runEffects } from "../../../helpers/run-effects.js";
import { stateOf } from "../../../helpers/run-scripted.js";

describe("readStatusError", () => {
  it("is made of the status, the head and the body", () => {
    const state = stateOf();
    const head = { status: 429, headers: { "retry-after": "2", "x-request-id": "r" } };
    const { result } = runEffects(readStatusError(state, head), ['{"error":{"message":"slow"}}']);
    expect(result).toMatchObject({ status: 429, retryAfterMs: 2000, requestId: "r" });
    expect(result?.message).toContain("slow");
  });
});
