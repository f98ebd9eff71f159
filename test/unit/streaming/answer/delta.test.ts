import { describe, expect, it } from "vitest";
import {
  forEachDelta,
  mergeUsage,
  type StreamDelta,
  type TokenUsage,
} from "../../../../src/streaming/answer/delta.js";
import { readUsage } from "../../../../src/streaming/answer/delta-fields.js";
import { HookError } from "../../../../src/errors.js";

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

describe("readUsage", () => {
  const read = (usage: unknown) => readUsage(usage as TokenUsage, "parseChunk");

  it("reads numbers, and texts that are numbers", () => {
    const usage = { inputTokens: "12", outputTokens: 0, details: { reasoningTokens: "3" } };
    expect(read(usage)).toEqual({
      inputTokens: 12,
      outputTokens: 0,
      details: { reasoningTokens: 3 },
    });
  });

  it("takes the details by LangChain's names, too", () => {
    expect(read({ details: { cache_read: 1, cache_creation: 2, reasoning: 3 } })).toEqual({
      details: { cacheReadTokens: 1, cacheCreationTokens: 2, reasoningTokens: 3 },
    });
  });

  it("gives nothing for nothing", () => {
    for (const nothing of [
      {},
      { inputTokens: null, outputTokens: undefined },
      { details: {} },
      { inputTokens: "" },
    ]) {
      expect(read(nothing)).toBeUndefined();
    }
  });

  it.each([
    ["a negative count", { inputTokens: -1 }, /inputTokens as -1/],
    ["an object", { inputTokens: {} }, /inputTokens as a value of type object/],
    ["words", { outputTokens: "many" }, /outputTokens as "many"/],
    ["infinity", { outputTokens: Infinity }, /Infinity/],
    ["the provider's names", { prompt_tokens: 5 }, /"prompt_tokens".*inputTokens/],
    ["a misspelt name", { inputToken: 5 }, /Did you mean "inputTokens"/],
    ["details that are none", { details: 5 }, /details are no object/],
    ["an unknown detail", { details: { cached: 5 } }, /"cached"/],
  ])("refuses %s", (_, usage, message) => {
    let error: unknown;
    try {
      read(usage);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "HOOK", hook: "parseChunk" });
    expect((error as Error).message).toMatch(message);
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
