import { HumanMessage, type BaseMessageLike } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { generateApart } from "../../../../src/langchain/chat/generate-apart.js";
import { CONVERSATION } from "../../../../src/langchain/privacy/conversation-key.js";

const image = (url: string) =>
  new HumanMessage({ content: [{ type: "image_url", image_url: { url } }] });

/** What LangChain is asked to generate. */
async function generate(conversations: BaseMessageLike[][], options?: object, cache: unknown = {}) {
  const asked: { count: number; options: object }[] = [];
  const model = { cache, _combineLLMOutput: (...outputs: unknown[]) => ({ outputs }) };
  const result = await generateApart(model, conversations, options, async (some, own) => {
    asked.push({ count: some.length, options: own as object });
    return { generations: some.map(() => [{ text: "a" }]), llmOutput: { n: some.length } };
  });
  return { asked, result };
}

describe("generateApart", () => {
  it("leaves texts together, and all without a cache", async () => {
    const texts = [["a"], ["b"]];
    expect((await generate(texts)).asked).toHaveLength(1);
    expect((await generate([[image("a")], [image("b")]], {}, null)).asked).toHaveLength(1);
  });

  it("generates others apart, each with its digest, and joins the results", async () => {
    const options = { runId: "r", stop: ["x"] };
    const { asked, result } = await generate([[image("a")], [image("b")]], options);
    expect(asked.map(({ count }) => count)).toEqual([1, 1]);
    const digests = asked.map(({ options: own }) => Reflect.get(own, CONVERSATION) as unknown);
    expect(new Set(digests).size).toBe(2);
    expect(asked.map(({ options: own }) => Reflect.get(own, "runId") as unknown)).toEqual([
      "r",
      undefined,
    ]);
    expect(result.generations).toHaveLength(2);
    expect(result.llmOutput).toEqual({ outputs: [{ n: 1 }, { n: 1 }] });
  });
});
