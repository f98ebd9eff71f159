import { describe, expect, it } from "vitest";
import { saysFailure } from "../../../../src/streaming/provider/failure-words.js";

describe("saysFailure", () => {
  it.each([
    ...["error", "FAILED", "abort", "network_error", "ERROR_TOXIC", "USER_CANCEL", "canceled"],
    ...["TIMED_OUT", "timeout", "expired", "MALFORMED_RESPONSE", "malformed_tool_use"],
    ...["UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"],
  ])("knows %s for a failure", (word) => {
    expect(saysFailure(word)).toBe(true);
  });

  it.each(["stop", "length", "content_filter", "time_limit", "ERROR_LIMIT", "errors found", null])(
    "takes %s for none",
    (word) => {
      expect(saysFailure(word)).toBe(false);
    },
  );
});
