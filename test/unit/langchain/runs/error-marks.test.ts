import { ContextOverflowError } from "@langchain/core/errors";
import { describe, expect, it } from "vitest";
import { ConnectionError, HttpStatusError } from "../../../../src/errors.js";
import { markError } from "../../../../src/langchain/runs/error-marks.js";

describe("markError", () => {
  it("lets LangChain see an overflow, of an error that stays what it is", () => {
    const error = new HttpStatusError("x", {
      status: 400,
      providerCode: "context_length_exceeded",
    });
    markError(error);
    expect(ContextOverflowError.isInstance(error)).toBe(true);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error.name).toBe("HttpStatusError");
  });

  it("leaves others alone", () => {
    for (const error of [new HttpStatusError("x", { status: 400 }), new ConnectionError("x")]) {
      markError(error);
      expect(ContextOverflowError.isInstance(error)).toBe(false);
    }
  });
});
