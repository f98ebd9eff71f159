import { describe, expect, it } from "vitest";
import { langSmithParams } from "../../../../src/langchain/privacy/lang-smith-params.js";

describe("langSmithParams", () => {
  it("finds LangSmith's parameters under the usual names, in the first source that has one", () => {
    const sources = [{ temperature: 0.5 }, { modelName: "m", temperature: 1, maxTokens: 10 }];
    expect(langSmithParams(sources)).toEqual({
      ls_model_name: "m",
      ls_temperature: 0.5,
      ls_max_tokens: 10,
    });
  });

  it("takes nothing of another type for one", () => {
    expect(langSmithParams([{ provider: "", model: { id: "m" }, max_tokens: "10" }])).toEqual({});
  });
});
