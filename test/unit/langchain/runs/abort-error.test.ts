import { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { TimeoutError } from "../../../../src/errors.js";
import {
  abortError,
  readerLeftError,
  StreamAbortError,
} from "../../../../src/langchain/runs/abort-error.js";

const PARTIAL = new AIMessageChunk("half");
const isRetryable = (error: object): unknown =>
  Reflect.get(error, Symbol.for("langchain.errors.retryable"));

describe("StreamAbortError", () => {
  it("has the platform's name, what had come, and is worth no other try", () => {
    const cause = new Error("why");
    const error = new StreamAbortError("aborted", PARTIAL, { cause });
    expect(error).toMatchObject({ name: "AbortError", message: "aborted", cause });
    expect(error.partialOutput).toBe(PARTIAL);
    expect(isRetryable(error)).toBe(false);
  });

  it("has no cause where there is none", () => {
    expect(Object.hasOwn(readerLeftError("M", PARTIAL), "cause")).toBe(false);
  });
});

describe("abortError", () => {
  it("says that the signal fired, with its reason", () => {
    const reason = new Error("enough");
    const error = abortError("M", AbortSignal.abort(reason), PARTIAL);
    expect(error).toMatchObject({ name: "AbortError", cause: reason });
    expect(error.message).toMatch(/^M: the call was aborted/);
  });

  it("is a timeout where the signal's reason is one", () => {
    const reason = new DOMException("late", "TimeoutError");
    const error = abortError("M", AbortSignal.abort(reason), PARTIAL) as TimeoutError;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "total", partial: "half", cause: reason });
    expect(isRetryable(error)).toBe(false);
  });
});
