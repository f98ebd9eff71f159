import { describe, expect, it } from "vitest";
import {
  saysError,
  saysFailure,
  saysNoFailure,
  saysSuccess,
} from "../../../../src/streaming/provider/failure-words.js";

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

describe("saysSuccess", () => {
  it("knows words that say that all is well, and takes no number or nothing for one", () => {
    expect(["OK", "success", "STATUS_OK", "Succeeded.", "成功"].every(saysSuccess)).toBe(true);
    expect(["0", "200", "none", "false", "", 0, 200, null].some(saysSuccess)).toBe(false);
  });
});

describe("saysNoFailure", () => {
  it.each([0, "0", "00000", 200, "OK", "Success", "succeeded", "成功", "none", "No error", "null"])(
    "knows %s for none",
    (said) => {
      expect(saysNoFailure(said)).toBe(true);
    },
  );

  it.each([1, "110", "not ok", "no room", "unsuccessful", "", null, {}])(
    "does not take %s for that",
    (said) => {
      expect(saysNoFailure(said)).toBe(false);
    },
  );
});

describe("saysError", () => {
  it("takes an Error that a hook gives for one, whatever it says", () => {
    expect([new Error("x"), new TypeError()].every((value) => saysError(value))).toBe(true);
  });

  it("looks into objects, though not for ever", () => {
    expect(saysError({ a: { b: { c: "x" } } })).toBe(true);
    expect(saysError({ a: { b: { c: { d: { e: "x" } } } } })).toBe(false);
    expect(
      [false, 0, " ", "none", 200, { code: 200, message: "ok" }, undefined].some((value) =>
        saysError(value),
      ),
    ).toBe(false);
    expect([0, "0"].some((code) => saysError({ code, msg: "processing" }))).toBe(false);
    expect([true, 1, "x"].every((value) => saysError(value))).toBe(true);
  });
});
