import { AIMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { TraceableChatModel } from "../../../../src/langchain/privacy/traceable-chat-model.js";

class Model extends TraceableChatModel<object> {
  endpoint = "https://user:s-1@models.test/v1?key=s-2";
  _llmType() {
    return "test";
  }
  async _generate() {
    return { generations: [{ text: "a", message: new AIMessage("a") }] };
  }
}
const model = new Model({ temperature: 0.5, apiKey: "s-3" } as object);

describe("TraceableChatModel", () => {
  it("is described by what identifies it, and no credential", () => {
    const described = model._identifyingParams();
    expect(described).toMatchObject({ endpoint: "https://models.test/v1", temperature: 0.5 });
    for (const shown of [described, model, model.invocationParams({})]) {
      expect(JSON.stringify(shown)).not.toMatch(/s-[123]/);
    }
  });

  it("adds up the counts of several answers", () => {
    const output = { tokenUsage: { totalTokens: 2 } };
    expect(model._combineLLMOutput(output, output)).toEqual({ tokenUsage: { totalTokens: 4 } });
  });
});
