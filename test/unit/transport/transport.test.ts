import { describe, expect, it } from "vitest";
import { TimeoutError } from "../../../src/errors.js";
import { timeoutError } from "../../../src/transport/transport.js";

describe("timeoutError", () => {
  it("says which timeout it was, and how long", () => {
    const error = timeoutError({ at: 0, phase: "idle", timeoutMs: 1234 });
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "idle", timeoutMs: 1234 });
  });
});
