import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { LogprobsRule } from "../../../../src/streaming/answer/logprobs-rule.js";

describe("LogprobsRule", () => {
  it("gives a copy of lists, and of lists by name, and nothing for nothing", () => {
    const list = ["a"];
    const taken = new LogprobsRule().take(list, "parseChunk");
    list[0] = "b";
    expect(taken).toEqual(["a"]);
    const named = { content: ["a"], refusal: null };
    const copied = new LogprobsRule().take(named, "parseChunk");
    named.content[0] = "b";
    expect(copied).toEqual({ content: ["a"], refusal: null });
    const rule = new LogprobsRule();
    expect([rule.take([], "parseChunk"), rule.take({}, "parseChunk")]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("refuses another form than the first, which could not be joined", () => {
    const rule = new LogprobsRule();
    rule.take([1], "parseChunk");
    expect(rule.take([], "parseChunk")).toBeUndefined();
    expect(() => rule.take({ content: [2] }, "parseChunk")).toThrow(HookError);
  });
});
