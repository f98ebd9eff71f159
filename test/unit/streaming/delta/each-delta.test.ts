import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { forEachDelta, givesContent } from "../../../../src/streaming/delta/each-delta.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";

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

  it("takes a finite number as text", () => {
    expect(deltasOf([42, 0])).toEqual([{ text: "42" }, { text: "0" }]);
    expect(deltasOf({ text: 42 })).toEqual([{ text: 42 }]);
    expect(failureOf(NaN).message).toContain("returned a number");
    expect(failureOf({ text: Infinity }).message).toContain('number as "text"');
  });

  it("ignores unknown fields that hold nothing", () => {
    expect(deltasOf({ text: "a", response: null, foo: undefined })).toHaveLength(1);
  });

  it.each([
    ["finish_reason", { finish_reason: "stop", done: true }, 'Did you mean "finishReason"?'],
    ["tool_calls", { text: "a", tool_calls: [] }, 'Did you mean "toolCalls"?'],
    ["txt", { txt: "a" }, 'Did you mean "text"?'],
    ["response", { response: "Hello", done: false }, "write { text: record.response }"],
    ["response", { response: {}, done: false }, "The fields are text, reasoning"],
    ["constructor", JSON.parse('{"constructor":1}'), "no field of a delta"],
  ])("refuses the unknown field %s, and names the nearest", (name, result: unknown, hint) => {
    const error = failureOf(result);
    expect(error).toMatchObject({ hook: "parseChunk", code: "HOOK" });
    expect(error.message).toContain(`"${name}"`);
    expect(error.message).toContain(hint);
  });

  it("asks the adapter about objects, and takes what it gives", () => {
    expect(deltasOf([{ chunk: 1 }], () => ({ text: "adapted" }))).toEqual([{ text: "adapted" }]);
    expect(deltasOf({ text: "a" }, () => undefined)).toEqual([{ text: "a" }]);
  });

  it.each([
    ["a boolean", true, /returned a boolean/],
    ["a bigint", 7n, /returned a bigint/],
    ["a symbol", Symbol("s"), /returned a symbol/],
    ["a function", () => "a", /returned a function/],
    ["a promise", Promise.resolve("a"), /Promise.*synchronous/],
    ["logprobs that are a text", { logprobs: "x" }, /string as "logprobs".*a list or object/],
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

describe("givesContent", () => {
  it("says whether a result holds a part of the answer, chunks of LangChain's included", () => {
    const adapt = (value: object) => ("chunk" in value ? { text: String(value.chunk) } : undefined);
    for (const result of ["a", 0, { text: "a" }, [null, "a"], { refusal: "a" }, { chunk: "a" }]) {
      expect(givesContent(result, adapt)).toBe(true);
    }
    for (const result of ["", null, undefined, {}, [], { text: "" }, { id: "1" }, { chunk: "" }]) {
      expect(givesContent(result, adapt)).toBe(false);
    }
    expect(givesContent({ text: "a", cumulative: true }, undefined)).toBe(false);
  });
});
