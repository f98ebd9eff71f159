import { describe, expect, it } from "vitest";
import { addUsage, mergeUsage, readUsage } from "../../../../src/streaming/delta/usage.js";

const usage = (value: object) => readUsage(value, "parseChunk");

describe("readUsage", () => {
  it("takes the details by LangChain's names, too", () => {
    expect(usage({ details: { cache_read: 1, cache_creation: 2, reasoning: 3 } })).toEqual({
      details: { cacheReadTokens: 1, cacheCreationTokens: 2, reasoningTokens: 3 },
    });
  });

  it("gives counts as numbers, without what is not known", () => {
    expect(
      usage({ inputTokens: "3", outputTokens: 4, totalTokens: null, details: { cache_read: 1 } }),
    ).toEqual({ inputTokens: 3, outputTokens: 4, details: { cacheReadTokens: 1 } });
    expect(usage({ inputTokens: null, details: {} })).toBeUndefined();
    expect(usage({ inputTokens: "", outputTokens: undefined })).toBeUndefined();
    expect(usage({ details: { reasoningTokens: null } })).toBeUndefined();
  });

  it.each<[object, RegExp]>([
    [{ prompt_tokens: 1 }, /Translate the provider's names/],
    [{ input_tokens: 1 }, /Did you mean "inputTokens"/],
    [{ inputTokens: -1 }, /no count of tokens/],
    [{ inputTokens: "many" }, /"many"/],
    [{ inputTokens: {} }, /inputTokens as an object/],
    [{ outputTokens: Infinity }, /Infinity/],
    [{ details: [1] }, /details are no object/],
    [{ details: 5 }, /details are no object/],
    [{ details: { cached: 1 } }, /usage.details/],
  ])("refuses %j", (value, message) => {
    expect(() => usage(value)).toThrow(message);
  });
});

describe("mergeUsage", () => {
  it("replaces the fields that a later report has, and keeps the others", () => {
    const first = mergeUsage(undefined, { inputTokens: 5, outputTokens: 1 });
    expect(mergeUsage(first, { outputTokens: 9 })).toEqual({ inputTokens: 5, outputTokens: 9 });
  });

  it("takes zero for a count", () => {
    expect(mergeUsage({ outputTokens: 4 }, { outputTokens: 0 })).toEqual({ outputTokens: 0 });
  });

  it("merges details field by field", () => {
    const merged = mergeUsage(
      { details: { cacheReadTokens: 1, reasoningTokens: 2 } },
      { details: { reasoningTokens: 3 } },
    );
    expect(merged).toEqual({ details: { cacheReadTokens: 1, reasoningTokens: 3 } });
  });

  it("changes neither report", () => {
    const earlier = { inputTokens: 1, details: { cacheReadTokens: 1 } };
    const later = { outputTokens: 2 };
    expect(mergeUsage(earlier, later)).toEqual({ ...earlier, ...later });
    expect([earlier, later]).toEqual([
      { inputTokens: 1, details: { cacheReadTokens: 1 } },
      { outputTokens: 2 },
    ]);
  });
});

describe("addUsage", () => {
  it("adds up what two requests counted, details as well", () => {
    const sum = addUsage(
      { inputTokens: 5, details: { cacheReadTokens: 1 } },
      { inputTokens: 2, outputTokens: 9, details: { cacheReadTokens: 2, reasoningTokens: 3 } },
    );
    expect(sum).toEqual({
      inputTokens: 7,
      outputTokens: 9,
      details: { cacheReadTokens: 3, reasoningTokens: 3 },
    });
  });

  it("gives the one report that there is, and none for none", () => {
    expect(addUsage(undefined, { inputTokens: 1 })).toEqual({ inputTokens: 1 });
    expect(addUsage({ inputTokens: 1 }, undefined)).toEqual({ inputTokens: 1 });
    expect(addUsage(undefined, undefined)).toBeUndefined();
  });
});
