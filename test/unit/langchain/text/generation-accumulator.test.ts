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

  it("puts the delta's own id and model over those of the metadata, in each chunk and in all", () => {
    const answer = new GenerationAccumulator();
    const chunks = [
      answer.add({ text: "a", id: "1", model: "true" }),
      answer.add({ text: "b", metadata: { id: "2", model: "alias", region: "eu" } }),
    ];
    const facts = { id: "1", model: "true", region: "eu" };
    expect(answer.generation().generationInfo).toEqual(facts);
    expect(chunks.reduce((all, chunk) => all.concat(chunk)).generationInfo).toEqual(facts);
  });

  it("forgets all when it begins anew", () => {
    const answer = new GenerationAccumulator();
    answer.add({ text: "a", reasoning: "x", model: "m" });
    answer.restart();
    expect(answer.generation()).toMatchObject({ text: "", generationInfo: {} });
  });
});
