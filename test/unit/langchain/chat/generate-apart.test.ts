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
  it("leaves all together without a cache", async () => {
    const { asked } = await generate([["a"], [image("b")]], {}, null);
    expect(asked).toEqual([{ count: 2, options: {} }]);
  });

  it("generates them apart with one, each with its digest, and joins the results", async () => {
    const options = { runId: "r", stop: ["x"] };
    const { asked, result } = await generate([["a"], [image("b")]], options);
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

  it("fails when all have ended, with the first failure", async () => {
    const ended: string[] = [];
    const model = { cache: {}, _combineLLMOutput: () => ({}) };
    const failing = generateApart(model, [["a"], ["b"], ["c"]], {}, async ([list]) => {
      const [{ text }] = list as [HumanMessage];
      if (text !== "a") await Promise.resolve();
      ended.push(text);
      if (text !== "b") throw new Error(text);
      return { generations: [] };
    });
    await expect(failing).rejects.toThrow("a");
    expect(ended).toEqual(["a", "b", "c"]);
  });
});
