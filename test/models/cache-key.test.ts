import { InMemoryCache } from "@langchain/core/caches";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpStreamingLLM, text } from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";

class TextLLM extends HttpStreamingLLM<string> {
  _llmType() {
    return "text";
  }
  override format = text();
  constructor(
    public endpoint: string,
    cache: InMemoryCache,
  ) {
    super({ cache });
  }
  buildPayload(prompt: string) {
    return prompt;
  }
  parseChunk(piece: string) {
    return piece;
  }
}

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

describe("the cache key", () => {
  it("tells endpoints apart that differ in their query only", async () => {
    const cache = new InMemoryCache();
    const answer = (word: string) => server.url({ steps: [{ text: word }] });
    const [a, b] = [new TextLLM(answer("A"), cache), new TextLLM(answer("B"), cache)];
    expect([await a.invoke("x"), await b.invoke("x")]).toEqual(["A", "B"]);
    expect([await a.invoke("x"), await b.invoke("x")]).toEqual(["A", "B"]);
    expect(await server.log()).toHaveLength(2);
  });

  it("does not hold the query, which may be a credential", () => {
    const llm = new TextLLM("http://127.0.0.1/?key=sk-0123456789", new InMemoryCache());
    expect(llm._getSerializedCacheKeyParametersForCall({})).not.toContain("sk-0123456789");
  });
});
