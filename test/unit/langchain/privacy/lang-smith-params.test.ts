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

  it("shows no credential of a URL", () => {
    const sources = [{ model: "https://user:s-1@h/m?key=s-2", max_tokens: 9 }];
    expect(langSmithParams(sources)).toEqual({ ls_model_name: "https://h/m", ls_max_tokens: 9 });
  });

  it("takes nothing of another type for one", () => {
    expect(langSmithParams([{ provider: "", model: { id: "m" }, max_tokens: "10" }])).toEqual({});
  });
});
