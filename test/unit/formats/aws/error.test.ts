import { describe, expect, it } from "vitest";
import { awsEventError } from "../../../../src/formats/aws/error.js";

const exception = (type: string, payload: string) =>
  awsEventError({ ":message-type": "exception", ":exception-type": type }, payload);

describe("awsEventError", () => {
  it("has the name of an exception, and its words", () => {
    const payload = JSON.stringify({ message: "slow down", originalMessage: "busy" });
    expect(exception("throttlingException", payload)).toMatchObject({
      type: "throttlingException",
      message: "slow down (busy)",
    });
    expect(exception("x", "plain words")).toEqual({ type: "x", message: "plain words" });
    expect(exception("x", "")).toEqual({ type: "x" });
  });

  it("may be worth another try though its name does not say so", () => {
    expect(exception("modelStreamErrorException", "{}")).toMatchObject({ retryable: true });
    expect(exception("validationException", "{}")).not.toHaveProperty("retryable");
  });

  it("has the code and the words of an error among the headers", () => {
    const headers = { ":message-type": "error", ":error-code": "500", ":error-message": "broken" };
    expect(awsEventError(headers, "")).toEqual({ code: "500", message: "broken" });
  });
});
