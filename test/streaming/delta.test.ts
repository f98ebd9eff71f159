import { describe, expect, it } from "vitest";
import {
  forEachDelta,
  mergeUsage,
  modelStreamError,
  type StreamDelta,
} from "../../src/streaming/delta.js";
import { HookError } from "../../src/errors.js";

function deltasOf(result: unknown, adapt?: (value: object) => StreamDelta | undefined) {
  const deltas: StreamDelta[] = [];
  forEachDelta(result, "parseChunk", adapt, (delta) => deltas.push(delta));
  return deltas;
}

function failureOf(result: unknown): HookError {
  try {
    deltasOf(result);
  } catch (error) {
    if (HookError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("forEachDelta", () => {
  it("takes a string, a delta, and nothing", () => {
    expect(deltasOf("a")).toEqual([{ text: "a" }]);
    expect(deltasOf({ text: "a", done: false })).toEqual([{ text: "a", done: false }]);
    for (const nothing of ["", null, undefined, []]) expect(deltasOf(nothing)).toEqual([]);
  });

  it("takes arrays of these, also nested, in order", () => {
    expect(deltasOf(["a", [{ text: "b" }, null, ["c"]], ""])).toEqual([
      { text: "a" },
      { text: "b" },
      { text: "c" },
    ]);
  });

  it("takes null for every field", () => {
    const delta: StreamDelta = {
      text: null,
      reasoning: null,
      toolCalls: null,
      usage: null,
      finishReason: null,
      id: null,
      model: null,
      metadata: null,
      error: null,
      done: null,
    };
    expect(deltasOf(delta)).toEqual([delta]);
  });

  it("ignores unknown fields beside known ones", () => {
    expect(deltasOf({ text: "a", logprobs: [] })).toHaveLength(1);
  });

  it("asks the adapter about objects, and takes what it gives", () => {
    expect(deltasOf([{ chunk: 1 }], () => ({ text: "adapted" }))).toEqual([{ text: "adapted" }]);
    expect(deltasOf({ text: "a" }, () => undefined)).toEqual([{ text: "a" }]);
  });

  it("refuses a usage under the provider's names, and says which are known", () => {
    const error = failureOf({ usage: { prompt_tokens: 5 } });
    expect(error.message).toMatch(/"prompt_tokens".*inputTokens/);
  });

  it.each([
    ["a number", 7, /returned a number/],
    ["a boolean", true, /returned a boolean/],
    ["a bigint", 7n, /returned a bigint/],
    ["a symbol", Symbol("s"), /returned a symbol/],
    ["a function", () => "a", /returned a function/],
    ["a number in an array", ["a", 7], /returned a number/],
    ["a promise", Promise.resolve("a"), /Promise.*synchronous/],
    ["an object without a known field", { txt: "a" }, /"txt"/],
    ["a text that is a number", { text: 7 }, /number as "text".*must be a string/],
    ["a text that is an object", { text: { value: "a" } }, /object as "text".*must be a string/],
    ["a done that is a string", { done: "true" }, /string as "done".*must be a boolean/],
    ["an id that is a number", { id: 1 }, /"id"/],
    ["a usage that is a number", { usage: 12 }, /"usage".*must be an object/],
    ["a finishReason that is a boolean", { finishReason: true }, /"finishReason"/],
    ["a date", new Date(0), /returned a Date/],
    ["a map", new Map([["text", "a"]]), /returned a Map/],
    ["tool calls that are no array", { toolCalls: {} }, /object as "toolCalls".*must be an array/],
    ["a usage that is an array", { usage: [] }, /array as "usage".*must be an object/],
    ["metadata that is a string", { metadata: "x" }, /"metadata"/],
  ])("refuses %s, and says what to return", (_, result, message) => {
    const error = failureOf(result);
    expect(error).toMatchObject({ hook: "parseChunk", code: "HOOK" });
    expect(error.message).toMatch(message);
    expect(error.message).toContain("Return a string, { text, done, ... }");
  });

  it("leaves no unhandled rejection behind when the hook was async and failed", async () => {
    expect(failureOf(Promise.reject(new Error("inside the async hook"))).message).toMatch(
      /Promise/,
    );
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("mergeUsage", () => {
  it("replaces the fields that a later report has, and keeps the others", () => {
    const first = mergeUsage(undefined, { inputTokens: 5, outputTokens: 1 });
    expect(mergeUsage(first, { outputTokens: 9 })).toEqual({ inputTokens: 5, outputTokens: 9 });
  });

  it("takes null and undefined for absent", () => {
    const merged = mergeUsage({ inputTokens: 5 }, { inputTokens: null, outputTokens: undefined });
    expect(merged).toEqual({ inputTokens: 5 });
  });

  it("takes zero for a count", () => {
    expect(mergeUsage({ outputTokens: 4 }, { outputTokens: 0 })).toEqual({ outputTokens: 0 });
  });

  it("merges details field by field", () => {
    const merged = mergeUsage(
      { details: { cacheReadTokens: 1, reasoningTokens: 2 } },
      { details: { reasoningTokens: 3, inputAudioTokens: null } },
    );
    expect(merged).toEqual({ details: { cacheReadTokens: 1, reasoningTokens: 3 } });
  });

  it("leaves out empty details, and changes neither report", () => {
    const earlier = { inputTokens: 1, details: {} };
    const later = { outputTokens: 2, details: null };
    expect(mergeUsage(earlier, later)).toEqual({ inputTokens: 1, outputTokens: 2 });
    expect([earlier, later]).toEqual([
      { inputTokens: 1, details: {} },
      { outputTokens: 2, details: null },
    ]);
  });
});

describe("modelStreamError", () => {
  it("takes the provider's message, code and type", () => {
    const error = modelStreamError({ message: "overloaded", code: 529, type: "overloaded_error" });
    expect(error.message).toContain("overloaded");
    expect(error).toMatchObject({ providerCode: "529", providerType: "overloaded_error" });
  });

  it("takes a string, and an error without a message", () => {
    expect(modelStreamError("out of memory").message).toContain("out of memory");
    expect(modelStreamError({}).message).toContain("without a message");
  });
});
