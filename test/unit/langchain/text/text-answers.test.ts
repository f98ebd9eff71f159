import { GenerationChunk } from "@langchain/core/outputs";
import { StringPromptValue } from "@langchain/core/prompt_values";
import { describe, expect, it } from "vitest";
import { TEXT_ANSWERS } from "../../../../src/langchain/text/text-answers.js";

describe("TEXT_ANSWERS", () => {
  it("are texts of a prompt's text", () => {
    expect(TEXT_ANSWERS.inputOf(new StringPromptValue("Why?"))).toBe("Why?");
    expect(TEXT_ANSWERS.output(new GenerationChunk({ text: "a" }))).toBe("a");
    expect(TEXT_ANSWERS.output(new GenerationChunk({ text: "" }))).toBeUndefined();
    const answer = TEXT_ANSWERS.accumulate({}, undefined, "x");
    answer.add({ text: "a" });
    expect(answer.output()).toBe("a");
  });

  it("have the prompt and the parameters for a key", () => {
    const model = { _getSerializedCacheKeyParametersForCall: () => "parameters" };
    expect(TEXT_ANSWERS.cacheKey(model, "Why?", {})).toEqual(["Why?", "parameters"]);
  });
});
