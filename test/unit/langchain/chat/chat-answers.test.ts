import { AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { chatAnswers, chatResult } from "../../../../src/langchain/chat/chat-answers.js";
import { CONVERSATION } from "../../../../src/langchain/privacy/conversation-key.js";

const kind = chatAnswers({});
const keyed = {
  _getSerializedCacheKeyParametersForCall: (options: object) =>
    String(Reflect.get(options, CONVERSATION)),
};
const image = (url: string) => [
  new HumanMessage({ content: [{ type: "image_url", image_url: { url } }] }),
];

describe("chatAnswers", () => {
  it("have the form that the call asks for, else the model's", () => {
    const contentOf = (of: typeof kind, options: object) => {
      const answer = of.accumulate(options, "run-1", []);
      answer.add({ text: "a" });
      return answer.message().content;
    };
    expect(contentOf(kind, {})).toBe("a");
    expect(contentOf(kind, { outputVersion: "v1" })).toMatchObject([{ type: "text", text: "a" }]);
    expect(contentOf(chatAnswers({ outputVersion: "v1" }), {})).toBeInstanceOf(Array);
  });

  it("refuse a form that there is not, whoever asks for it", () => {
    const unknown = { outputVersion: "V1" as "v1" };
    const refusal = /outputVersion is "V1"\. It has to be "v0".*or "v1"/;
    expect(() => kind.hookOptions(unknown as object)).toThrow(refusal);
    expect(() => chatAnswers(unknown).hookOptions({})).toThrow(refusal);
    expect(() => chatAnswers({}, unknown).hookOptions({})).toThrow(refusal);
    expect(kind.hookOptions({ outputVersion: "v0" } as object)).toMatchObject({});
  });

  it("give tools to the hooks as definitions, and no empty list", () => {
    const parameters = { type: "object", properties: {} };
    expect(
      kind.hookOptions({ tools: [{ name: "f", schema: parameters }] } as object),
    ).toMatchObject({
      tools: [{ type: "function", function: { name: "f" } }],
    });
    expect(kind.hookOptions({ tools: [] } as object)).toMatchObject({ tools: undefined });
  });

  it("have a key for all that a conversation holds", () => {
    const key = (messages: HumanMessage[]) => kind.cacheKey(keyed, messages, {}).join();
    expect(key(image("a"))).not.toBe(key(image("b")));
    expect(key(image("a"))).toBe(key(image("a")));
    expect(key([new HumanMessage("a")])).not.toBe(key([new HumanMessage("b")]));
  });
});

describe("chatResult", () => {
  it("is the answer, with counts that are not copied into the message", () => {
    const answer = kind.accumulate({}, undefined, []);
    answer.add({ text: "a" });
    answer.add({ text: "", usage: { inputTokens: 1, outputTokens: 2 } });
    const { generations, llmOutput } = chatResult(answer);
    expect(generations).toMatchObject([{ text: "a" }]);
    expect(generations[0]!.message).toBeInstanceOf(AIMessageChunk);
    expect(llmOutput?.tokenUsage).toMatchObject({ totalTokens: 3 });
    expect({ ...llmOutput }).toEqual({});
  });
});
