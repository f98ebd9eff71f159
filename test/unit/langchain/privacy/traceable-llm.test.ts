import { describe, expect, it } from "vitest";
import { TraceableLLM } from "../../../../src/langchain/privacy/traceable-llm.js";

class Model extends TraceableLLM<object> {
  endpoint = "https://user:s-1@models.test/v1?key=s-2";
  _llmType() {
    return "test";
  }
  async _call() {
    return "a";
  }
}
const model = new Model({ temperature: 0.5, apiKey: "s-3" } as object);

describe("TraceableLLM", () => {
  it("is described by what identifies it, and no credential", () => {
    const described = model._identifyingParams();
    expect(described).toMatchObject({ endpoint: "https://models.test/v1", temperature: 0.5 });
    for (const shown of [described, model, model.invocationParams({})]) {
      expect(JSON.stringify(shown)).not.toMatch(/s-[123]/);
    }
  });
});
