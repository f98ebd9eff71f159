import { describe, expect, it } from "vitest";
import { GenerationAccumulator } from "../../../../src/langchain/text/generation-accumulator.js";

describe("GenerationAccumulator", () => {
  it("joins text and reasoning, and keeps the last of other facts", () => {
    const answer = new GenerationAccumulator();
    expect(answer.add({ text: "a", reasoning: "x" }).text).toBe("a");
    expect(answer.addOutput({ text: "b", model: "m" })).toBe("b");
    expect(answer.addOutput({ text: "" })).toBeUndefined();
    answer.collect({ text: "c", reasoning: "y", finishReason: "stop" });
    expect([answer.text, answer.output(), answer.message().content]).toEqual(["abc", "abc", "abc"]);
    expect(answer.generation().generationInfo).toEqual({
      reasoning: "xy",
      model: "m",
      finishReason: "stop",
    });
    expect(answer.result()).toMatchObject({
      generations: [[{ text: "abc" }]],
      llmOutput: { model: "m", finishReason: "stop" },
    });
  });

  it("forgets all when it begins anew", () => {
    const answer = new GenerationAccumulator();
    answer.add({ text: "a", reasoning: "x", model: "m" });
    answer.restart();
    expect(answer.generation()).toMatchObject({ text: "", generationInfo: {} });
  });
});
