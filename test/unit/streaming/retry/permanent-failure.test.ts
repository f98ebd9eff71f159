import { describe, expect, it } from "vitest";
import { HttpStatusError, markRetryable, ModelStreamError } from "../../../../src/errors.js";
import { isPermanent } from "../../../../src/streaming/retry/permanent-failure.js";

const withCode = (code: string) =>
  isPermanent(new HttpStatusError("x", { status: 429, providerCode: code }));

describe("isPermanent", () => {
  it.each([
    "insufficient_quota",
    "billing_hard_limit_reached",
    "Arrearage",
    "content_filter",
    "ResponsibleAIPolicyViolation",
    "DataInspectionFailed",
    "context-length-exceeded",
    "string_above_max_length",
  ])("is true for %s", (code) => {
    expect(withCode(code)).toBe(true);
  });

  it.each(["RESOURCE_EXHAUSTED", "token_quota_exceeded", "rate_limit_exceeded", "", "500"])(
    "is false for %s, which passes",
    (code) => {
      expect(withCode(code)).toBe(false);
    },
  );

  it("goes by the type as well, and by LangChain's mark", () => {
    expect(isPermanent(new ModelStreamError("x", { type: "insufficient_quota" }))).toBe(true);
    const marked = new ModelStreamError("x", {});
    expect(isPermanent(marked)).toBe(false);
    markRetryable(marked, false);
    expect(isPermanent(marked)).toBe(true);
  });
});
