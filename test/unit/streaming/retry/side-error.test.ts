import { describe, expect, it } from "vitest";
import { HttpStatusError } from "../../../../src/errors.js";
import {
  isOfSideRequest,
  isUnauthorised,
  markSideError,
} from "../../../../src/streaming/retry/side-error.js";

const refused = (status: number) =>
  new HttpStatusError("refused", { status, headers: {}, body: "" });

describe("markSideError", () => {
  it("tells the errors of a hook's own requests from those of the model's server", () => {
    const error = refused(401);
    expect([isOfSideRequest(error), isUnauthorised(error)]).toEqual([false, true]);
    markSideError(error);
    expect([isOfSideRequest(error), isUnauthorised(error)]).toEqual([true, false]);
  });

  it("takes nothing but a 401 for credentials that were refused", () => {
    for (const other of [refused(403), new Error("401"), undefined]) {
      expect(isUnauthorised(other)).toBe(false);
    }
  });
});
