import { AIMessage, HumanMessage, SystemMessage, trimMessages } from "@langchain/core/messages";
import { describe, expect, it, vi } from "vitest";
import { estimateTokens } from "../../../src/langchain/token-estimate.js";
import { DeltaChat } from "../../helpers/chat-fixtures.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const URL = "http://127.0.0.1:9/";
const CATS = "Do cats eat bats? ".repeat(20);

/** Texts, and their tokens in OpenAI's vocabulary of 200 000. */
const TEXTS: Readonly<Record<string, [tokens: number, text: string]>> = {
  English: [
    47,
    "The White Rabbit put on his spectacles. “Where shall I begin, please your Majesty?” he asked. “Begin at the beginning,” the King said gravely, “and go on till you come to the end: then stop.”",
  ],
  Chinese: [
    53,
    "天下大势，分久必合，合久必分。周末七国分争，并入于秦。及秦灭之后，楚、汉分争，又并入于汉。今天天气很好，我们去公园散步吧。",
  ],
  Japanese: [
    61,
    "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。",
  ],
  Korean: [
    37,
    "나 보기가 역겨워 가실 때에는 말없이 고이 보내 드리우리다. 오늘은 날씨가 좋아서 친구와 함께 공원에 갔습니다.",
  ],
  German: [
    32,
    "Alle glücklichen Familien gleichen einander, jede unglückliche Familie ist auf ihre eigene Weise unglücklich. Heute gehen wir in den Park spazieren.",
  ],
  Russian: [
    35,
    "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Сегодня мы пойдём гулять в парк.",
  ],
  French: [
    50,
    "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite que je n’avais pas le temps de me dire : « Je m’endors. »",
  ],
};

describe("estimateTokens", () => {
  it.each(Object.entries(TEXTS))("is no more than a quarter off for %s", (_, [tokens, text]) => {
    const estimate = estimateTokens(text);
    expect(estimate).toBeGreaterThan(tokens * 0.75);
    expect(estimate).toBeLessThan(tokens * 1.25);
  });

  it("takes any text, and nothing for an empty one", () => {
    expect(estimateTokens("")).toBe(0);
    for (const text of [" ", "\n", "\ud800", "👩‍👩‍👧", "สวัสดี", "_".repeat(999)]) {
      expect(estimateTokens(text)).toBeLessThanOrEqual(text.length * 2);
    }
  });
});

describe("counting tokens", () => {
  it("asks nobody on the network", async () => {
    const asked = vi.spyOn(globalThis, "fetch");
    const [llm, chat] = [new DeltaLLM(URL), new DeltaChat({ url: URL })];
    const { totalCount } = await chat.getNumTokensFromMessages([new HumanMessage(CATS)]);
    for (const count of [await llm.getNumTokens(CATS), await chat.getNumTokens(CATS), totalCount]) {
      expect(count).toBeGreaterThan(80);
      expect(count).toBeLessThan(120);
    }
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it("counts content blocks: texts as texts, an image as an image and not as its data", async () => {
    const chat = new DeltaChat({ url: URL });
    const text = await chat.getNumTokens(CATS);
    const blocks = [
      { type: "text", text: CATS },
      { type: "reasoning", reasoning: CATS },
      { type: "tool_call", name: "f", args: { x: CATS } },
    ];
    expect(await chat.getNumTokens(blocks)).toBe(2 * text);
    const image = { type: "image", mimeType: "image/png", data: "A".repeat(100_000) };
    expect(await chat.getNumTokens([...blocks, image])).toBe(2 * text + 1000);
  });

  it("counts each message, its name, its calls and what the chat template adds", async () => {
    const chat = new DeltaChat({ url: URL });
    const call = { id: "a", name: "weather", args: { city: CATS } };
    const { totalCount, countPerMessage } = await chat.getNumTokensFromMessages([
      new SystemMessage("Be brief."),
      new HumanMessage({ content: CATS, name: "Alice" }),
      new AIMessage({ content: "", tool_calls: [call] }),
    ]);
    const text = await chat.getNumTokens(CATS);
    expect(countPerMessage).toHaveLength(3);
    expect(countPerMessage[0]).toBeLessThan(10);
    expect(countPerMessage[1]).toBeGreaterThan(text + 4);
    expect(countPerMessage[2]).toBeGreaterThan(text + 4);
    expect(totalCount).toBe(countPerMessage.reduce((sum, count) => sum + count));
  });

  it("is done by countTokens, where an author has a tokenizer", async () => {
    class Exact extends DeltaChat {
      override async countTokens(text: string) {
        return text.length;
      }
    }
    class ExactLLM extends DeltaLLM {
      override countTokens(text: string) {
        return text.length;
      }
    }
    expect(await new ExactLLM(URL).getNumTokens("four")).toBe(4);
    const chat = new Exact({ url: URL });
    expect(await chat.getNumTokens([{ type: "text", text: "four" }])).toBe(4);
    const { totalCount } = await chat.getNumTokensFromMessages([new HumanMessage("four")]);
    expect(totalCount).toBe(8);
  });

  it.each([Number.NaN, -1, "4", undefined])(
    "refuses %s of countTokens for a count",
    async (count) => {
      const llm = new DeltaLLM(URL);
      Reflect.set(llm, "countTokens", () => count);
      await expect(llm.getNumTokens("four")).rejects.toThrow(/countTokens returned .*no count/);
    },
  );

  it("lets trimMessages do its work", async () => {
    const messages = [
      new SystemMessage("Be brief."),
      new HumanMessage(CATS),
      new HumanMessage("Hi"),
    ];
    const trimmed = await trimMessages(messages, {
      maxTokens: 50,
      strategy: "last",
      includeSystem: true,
      tokenCounter: new DeltaChat({ url: URL }),
    });
    expect(trimmed.map(({ text }) => text)).toEqual(["Be brief.", "Hi"]);
  });
});
