/** Mistakes of a model's author that nothing shows in a good answer: each counted as right in a bad one, too. */
import { HumanMessage, SystemMessage, type BaseMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  delimited,
  HttpStreamingChatModel,
  lines,
  sse,
  type ParsedChatChunk,
  type StreamFormat,
} from "http-streaming-llm";
import { toOpenAIMessages } from "http-streaming-llm/openai";
import { scriptedTransport } from "http-streaming-llm/testing";

interface Record {
  choices?: { delta: { content?: string }; finish_reason?: string | null }[];
}

/** A mistaken hook, and the format that it reads. */
interface Mistake<Wire = never> {
  readonly format: StreamFormat<Wire>;
  readonly parseChunk: (record: Wire) => ParsedChatChunk;
}

class MistakenChat extends HttpStreamingChatModel<never> {
  _llmType() {
    return "mistaken";
  }
  endpoint = "http://models.test/v1/chat/completions";
  constructor(
    body: string,
    private readonly mistake: Mistake,
  ) {
    const answer = { headers: { "content-type": "text/event-stream" }, body };
    super({ transport: scriptedTransport([answer]), maxRetries: 0 });
  }
  buildPayload(messages: BaseMessage[], _: this["ParsedCallOptions"]): object {
    return { messages: toOpenAIMessages(messages), stream: true };
  }
  override get format() {
    return this.mistake.format;
  }
  parseChunk(record: never) {
    return this.mistake.parseChunk(record);
  }
}

const choice = (delta: object, finish_reason: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`;
const pieces = ["a", "b", "c", "d", "e"].map((content) => choice({ content })).join("");
const END = `${choice({}, "stop")}data: [DONE]\n\n`;
const FAILURE = 'data: {"error":{"message":"out of memory"}}\n\ndata: [DONE]\n\n';

const paths = [
  ["invoke()", async (model: MistakenChat) => (await model.invoke("Hi")).text],
  [
    "stream()",
    async (model: MistakenChat) => {
      let text = "";
      for await (const chunk of await model.stream("Hi")) text += chunk.text;
      return text;
    },
  ],
  ["invokeSync()", async (model: MistakenChat) => model.invokeSync("Hi").text],
] as const;

describe.each(paths)("by %s", (_, ask) => {
  const answerOf = (body: string, mistake: object) =>
    ask(new MistakenChat(body, mistake as Mistake));

  const byHand = {
    parseChunk(part: string) {
      const [, data = "[DONE]"] = /^data: (.*)$/m.exec(part) ?? [];
      return data === "[DONE]" ? null : (JSON.parse(data) as Record).choices?.[0]?.delta.content;
    },
  };

  describe.each([
    ["line by line", { ...byHand, format: lines() }],
    ["one by one", { ...byHand, format: delimited("\n\n") }],
  ])("events that are read by hand, %s", (__, mistake) => {
    it("give a whole answer", async () => {
      expect(await answerOf(pieces + END, mistake)).toBe("abcde");
      // Here nothing but the mark says that it is whole.
      expect(await answerOf(`${pieces}data: [DONE]\n\n`, mistake)).toBe("abcde");
    });

    it("end with the provider's error", async () => {
      await expect(answerOf(pieces + FAILURE, mistake)).rejects.toMatchObject({
        code: "MODEL_STREAM",
        message: expect.stringContaining("out of memory") as string,
      });
    });

    it("are no answer where their end is missing", async () => {
      await expect(answerOf(pieces, mistake)).rejects.toMatchObject({ code: "TRUNCATED_STREAM" });
    });
  });

  describe("an end that is announced with each piece", () => {
    const always: Mistake<Record> = {
      format: sse(),
      parseChunk: ({ choices }) => ({
        text: choices?.[0]?.delta.content,
        done: choices?.[0]?.finish_reason !== undefined,
      }),
    };

    it("is the end of a whole answer", async () => {
      expect(await answerOf(pieces + END, always)).toBe("abcde");
      const stops = pieces.replaceAll('"finish_reason":null', '"finish_reason":"STOP"');
      expect(await answerOf(stops, always)).toBe("abcde");
    });

    it("is none where the records say that more was to come", async () => {
      await expect(answerOf(pieces, always)).rejects.toMatchObject({
        code: "TRUNCATED_STREAM",
      });
    });
  });

  it("an empty answer is none where the records say that it is a tool call", async () => {
    const call = { index: 0, id: "c", function: { name: "get_weather", arguments: "{}" } };
    const body = `${choice({ content: "" })}${choice({ tool_calls: [call] })}${choice({}, "tool_calls")}data: [DONE]\n\n`;
    const textOnly: Mistake<Record> = {
      format: sse(),
      parseChunk: ({ choices }) => choices?.[0]?.delta.content,
    };
    await expect(answerOf(body, textOnly)).rejects.toMatchObject({
      code: "HOOK",
      message: expect.stringContaining("Return toolCalls") as string,
    });
  });
});

describe("a hook that adds to the lists it is given", () => {
  class AddingChat extends MistakenChat {
    override buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
      messages.unshift(new SystemMessage("Be brief."));
      options.tools?.push({ type: "web_search" });
      options.stop?.push("\n");
      const { tools, stop } = options;
      return { messages: toOpenAIMessages(messages), tools, stop, stream: true };
    }
  }

  it("adds once to each request, and nothing to what its caller gave", async () => {
    const answer = { headers: { "content-type": "text/event-stream" }, body: pieces + END };
    const transport = scriptedTransport([{ status: 503 }, answer, answer]);
    const chat = new AddingChat("", { format: sse(), parseChunk: () => "a" });
    const tool = { type: "function", function: { name: "a", parameters: {} } } as const;
    const messages = [new HumanMessage("Hi")];
    const options = { transport, maxRetries: 1, stop: ["."], tools: [tool] };
    const before = structuredClone({ ...options, transport: undefined });
    await chat.invoke(messages, options);
    for await (const _ of chat._astream(messages, options));
    const bodies = transport.requests.map(({ body }) => JSON.parse(body as string) as object);
    expect(bodies).toHaveLength(3);
    for (const body of bodies) {
      expect(body).toMatchObject({
        messages: [{ role: "system" }, { role: "user" }],
        tools: [tool, { type: "web_search" }],
        stop: [".", "\n"],
      });
    }
    expect({ ...options, transport: undefined }).toEqual(before);
    expect(messages).toHaveLength(1);
  });
});

describe("a hook that makes a text of a list of blocks", () => {
  class TextChat extends MistakenChat {
    override buildPayload(messages: BaseMessage[]) {
      return { prompt: messages.map(({ content }) => `user: ${content as string}`).join("\n") };
    }
  }

  it("asks only where there is none", async () => {
    const mistake = { format: sse<never>(), parseChunk: () => ({ text: "a", done: true }) };
    const chat = () => new TextChat(choice({}), mistake);
    expect((await chat().invoke("Why [object Object]?")).text).toBe("a");
    const blocks = [new HumanMessage({ content: [{ type: "text", text: "Hi" }] })];
    for (const ask of [() => chat().invoke(blocks), async () => chat().invokeSync(blocks)]) {
      await expect(ask()).rejects.toMatchObject({
        code: "HOOK",
        message: expect.stringContaining("Take message.text, or toOpenAIMessages") as string,
      });
    }
  });
});
