/** Answers in one piece, and counts in total: nothing is named or counted that is not there. */
import type { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { HttpStreamingChatModel, HttpStreamingLLM, type TokenUsage } from "http-streaming-llm";
import { scriptedTransport } from "http-streaming-llm/testing";
import { rejection } from "../../helpers/delta-llm.js";

interface Said {
  text?: string;
  usage?: TokenUsage;
  mistake?: boolean;
}

const parse = ({ text, usage, mistake }: Said) => {
  if (mistake) throw new Error("what is this?");
  return { text, usage, done: text !== "once" };
};

class Text extends HttpStreamingLLM<Said> {
  _llmType() {
    return "text";
  }
  endpoint = "http://models.test/generate";
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk(said: Said) {
    return parse(said);
  }
}

class Chat extends HttpStreamingChatModel<Said> {
  _llmType() {
    return "chat";
  }
  endpoint = "http://models.test/generate";
  buildPayload() {
    return {};
  }
  parseChunk(said: Said) {
    return parse(said);
  }
}

class WithHook extends Text {
  override parseResponse(said: Said) {
    return parse(said);
  }
}

const answering = (...records: Said[]) =>
  scriptedTransport(() => ({
    headers: { "content-type": "application/x-ndjson" },
    body: records.map((record) => `${JSON.stringify(record)}\n`).join(""),
  }));

async function joined(chunks: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  let all: AIMessageChunk | undefined;
  for await (const chunk of chunks) all = all?.concat(chunk) ?? chunk;
  return all!;
}

describe("A provider that gives only a total", () => {
  const records: Said[] = [{ text: "once" }, { text: " more", usage: { totalTokens: 7 } }];

  it("has a total and no zeros in messages, on every path", async () => {
    const chat = new Chat({ transport: answering(...records) });
    const sync = [...chat.streamSync("x")].reduce((all, chunk) => all.concat(chunk));
    for (const { text, usage_metadata } of [
      await chat.invoke("x"),
      await joined(await chat.stream("x")),
      sync,
    ]) {
      expect(text).toBe("once more");
      expect(usage_metadata).toEqual({
        ...{ total_tokens: 7, input_token_details: {}, output_token_details: {} },
      });
    }
    const { llmOutput } = await chat.generate([[["human", "x"]]]);
    expect(llmOutput?.tokenUsage ?? llmOutput).toEqual({ totalTokens: 7 });
  });

  it("has them in llmOutput, and the sum of several answers", async () => {
    const llm = new Text({ transport: answering(...records) });
    expect((await llm.generate(["x", "y"])).llmOutput?.tokenUsage).toEqual({ totalTokens: 14 });
  });

  it("leaves 0 where 0 was said, and sums as they were", async () => {
    const usage = { inputTokens: 3, outputTokens: 0 };
    const chat = new Chat({ transport: answering({ text: "a", usage }) });
    const counts = { input_tokens: 3, output_tokens: 0, total_tokens: 3 };
    expect((await chat.invoke("x")).usage_metadata).toMatchObject(counts);
    expect((await joined(await chat.stream("x"))).usage_metadata).toMatchObject(counts);
  });
});

describe("The hook in a message", () => {
  it.each([
    ["parseChunk", Text],
    ["parseResponse", WithHook],
  ])("is the one that was called: %s", async (hook, Model) => {
    const asked = (said: object) =>
      rejection(
        new Model({ streaming: false, maxRetries: 0, transport: answering(said) }).invoke("x"),
      );
    const threw = (await asked({ mistake: true })) as Error;
    expect(threw.message).toContain(`: ${hook} threw on record 0: what is this?`);
    const wrong = (await asked({ usage: { totalTokens: "x" } })) as Error;
    expect(wrong.message).toContain(`: ${hook} returned usage.totalTokens as "x"`);
    expect(wrong).toMatchObject({ hook });
  });

  it("says of a provider's error in a whole answer that it is in place of one", async () => {
    for (const Model of [Text, WithHook]) {
      const transport = answering({ error: "no memory" } as Said);
      const model = new Model({ streaming: false, maxRetries: 0, transport });
      const { message } = (await rejection(model.invoke("x"))) as Error;
      expect(message).toContain("the provider reported an error in place of an answer: no memory");
    }
  });
});
