import { LLM } from "@langchain/core/language_models/llms";
import { describe, expect, it } from "vitest";
import { HttpStreamingLLM } from "../../../src/langchain/http-streaming-llm.js";
import { scriptedTransport } from "../../../src/testing/index.js";

class Model extends HttpStreamingLLM<{ text: string; done?: boolean }> {
  endpoint = "http://models.test/";
  _llmType() {
    return "test";
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk(record: { text: string; done?: boolean }) {
    return record;
  }
}
const body = '{"text":"a"}\n{"text":"b","done":true}\n';
const headers = { "content-type": "application/x-ndjson" };
const model = () => {
  const transport = scriptedTransport([{ headers, body }]);
  return { transport, model: new Model({ transport }) };
};

describe("HttpStreamingLLM", () => {
  it("is a model of LangChain's, of three hooks", async () => {
    const { model: llm, transport } = model();
    expect(llm).toBeInstanceOf(LLM);
    expect(await llm.invoke("Why?")).toBe("ab");
    expect(transport.requests).toMatchObject([{ method: "POST", body: '{"prompt":"Why?"}' }]);
  });

  it("streams on both paths", async () => {
    const tokens: string[] = [];
    for await (const token of await model().model.stream("x")) tokens.push(token);
    expect(tokens.join("")).toBe("ab");
    expect([...model().model.streamSync("x")].join("")).toBe("ab");
    expect(model().model.invokeSync("x")).toBe("ab");
  });
});
