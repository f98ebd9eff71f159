import { describe, expect, it } from "vitest";
import { llmOutput } from "../../../../src/langchain/text/llm-output.js";

const generation = (generationInfo: Record<string, unknown>) => ({ text: "", generationInfo });

describe("llmOutput", () => {
  it("says of one answer what is known", () => {
    const usage = { inputTokens: 1, outputTokens: 2 };
    const info = { usage, finishReason: "stop", model: "m", id: "1", other: true };
    expect(llmOutput([generation(info)])).toEqual({
      tokenUsage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
      finishReason: "stop",
      model: "m",
      id: "1",
    });
    expect(llmOutput([{ text: "a" }])).toEqual({});
    expect(llmOutput([])).toEqual({});
  });

  it("takes no metadata of that name for counts of tokens", () => {
    for (const usage of [{ prompt_tokens: 5 }, "5 tokens", null]) {
      expect(llmOutput([generation({ usage })])).toEqual({});
    }
  });

  it("adds up the counts of several, and says nothing else of them", () => {
    const one = generation({ usage: { inputTokens: 1, totalTokens: 10 }, model: "m" });
    expect(llmOutput([one, one, { text: "" }])).toEqual({
      tokenUsage: { promptTokens: 2, completionTokens: 0, totalTokens: 20 },
    });
  });
});
