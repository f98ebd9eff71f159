import { describe, expect, it } from "vitest";
import { requestIdOf } from "../../../../src/streaming/provider/request-id.js";

describe("requestIdOf", () => {
  it.each(["x-request-id", "request-id", "x-amzn-requestid", "apim-request-id", "x-ms-request-id"])(
    "finds it under %s",
    (name) => {
      expect(requestIdOf({ [name]: "r-1", date: "now" })).toBe("r-1");
    },
  );

  it("is none where nothing is said, and never a long one", () => {
    expect(requestIdOf({})).toBeUndefined();
    expect(requestIdOf({ "x-request-id": "", "request-id": "r" })).toBe("r");
    expect(requestIdOf({ "x-request-id": "r".repeat(1000) })).toHaveLength(200);
  });
});
