/** Programs put proxies before LangChain's models, and copy them to change a field or a method. */
import { InMemoryCache } from "@langchain/core/caches";
import type { BaseMessage } from "@langchain/core/messages";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import {
  HttpStreamingChatModel,
  HttpStreamingLLM,
  jsonLines,
  sse,
  type StreamDelta,
} from "http-streaming-llm";
import { toOpenAIMessages } from "http-streaming-llm/openai";
import { answer } from "../../helpers/chat-fixtures.js";
import { events, serve } from "../../helpers/delta-llm.js";
import { useScriptedServer } from "../../helpers/scripted-server.js";

const server = useScriptedServer();
const ANSWER: StreamDelta[] = [{ text: "Hel" }, { text: "lo" }, { finishReason: "stop" }];

class Text extends HttpStreamingLLM<StreamDelta> {
  _llmType() {
    return "text";
  }
  endpoint = serve(server, events(...ANSWER)).url;
  override format = sse<StreamDelta>();
  model = "small";
  buildPayload(prompt: string) {
    return { model: this.model, prompt };
  }
  parseChunk(delta: StreamDelta) {
    return delta;
  }
}

class Chat extends HttpStreamingChatModel<StreamDelta> {
  _llmType() {
    return "chat";
  }
  endpoint = server.url(answer(ANSWER));
  override format = jsonLines<StreamDelta>();
  model = "small";
  buildPayload(messages: BaseMessage[], { tools }: this["ParsedCallOptions"]) {
    return { model: this.model, messages: toOpenAIMessages(messages), tools };
  }
  parseChunk(delta: StreamDelta) {
    return delta;
  }
}

type Other = <Model extends object>(model: Model) => Model;
const OTHERS: Record<string, Other> = {
  "a proxy": (model) => new Proxy(model, {}),
  "an object that inherits from one": (model) => Object.create(model) as typeof model,
  "a copy": (model) =>
    Object.assign(Object.create(Object.getPrototypeOf(model) as object) as object, model),
  "a copy of its properties": (model) =>
    Object.create(
      Object.getPrototypeOf(model) as object,
      Object.getOwnPropertyDescriptors(model),
    ) as typeof model,
};

async function askedModel(): Promise<unknown> {
  return (JSON.parse((await server.log()).at(-1)!.body) as { model: unknown }).model;
}

async function textsOf(stream: AsyncIterable<string | { text: string }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const part of stream) texts.push(typeof part === "string" ? part : part.text);
  return texts.filter((text) => text !== "");
}

describe("a model behind a proxy, and a copy of one", () => {
  for (const [what, other] of Object.entries(OTHERS)) {
    it(`answers in every way, as a text model (${what})`, async () => {
      const model = other(new Text());
      expect(await model.invoke("x")).toBe("Hello");
      expect(await textsOf(await model.stream("x"))).toEqual(["Hel", "lo"]);
      expect([...model.streamSync("x")].join("")).toBe("Hello");
      expect(model.invokeSync("x")).toBe("Hello");
      expect((await model.generate(["x", "y"])).generations).toHaveLength(2);
    });

    it(`answers in every way, as a chat model (${what})`, async () => {
      const model = other(new Chat({ profile: { maxInputTokens: 9 } }));
      expect((await model.invoke("x")).text).toBe("Hello");
      expect(await textsOf(await model.stream("x"))).toEqual(["Hel", "lo"]);
      expect([...model.streamSync("x")].map(({ text }) => text).join("")).toBe("Hello");
      expect(model.invokeSync("x").text).toBe("Hello");
      expect((await model.streamEvents("x")).text).toBe("Hello");
      const bound = other(model.bindTools([{ name: "f", schema: { type: "object" } }]));
      expect((await bound.invoke("x")).text).toBe("Hello");
      expect((await bound.streamEvents("x")).text).toBe("Hello");
      expect(model.profile).toMatchObject({ maxInputTokens: 9 });
    });

    it(`asks its own hooks with its own fields (${what})`, async () => {
      for (const model of [other(new Text()), other(new Chat())]) {
        model.model = "large";
        await model.invoke("x");
        expect(await askedModel()).toBe("large");
        Object.defineProperty(model, "buildPayload", { value: () => ({ model: "own" }) });
        await textsOf(await model.stream("x"));
        expect(await askedModel()).toBe("own");
      }
    });

    it(`has a cache of answers alone (${what})`, async () => {
      const cache = new InMemoryCache(new Map());
      const model = other(new Chat({ cache }));
      const first = await model.invoke("x");
      const before = (await server.log()).length;
      const again = await model.invoke("x");
      expect(first.response_metadata).toHaveProperty("attempts");
      expect(again.response_metadata).not.toHaveProperty("attempts");
      expect(again.text).toBe("Hello");
      expect(await server.log()).toHaveLength(before);
    });
  }

  it("keeps to one limit together with the model", async () => {
    let [open, most] = [0, 0];
    const slow = createServer((_, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end(
          `data: ${JSON.stringify(ANSWER[0])}\n\ndata: ${JSON.stringify(ANSWER[2])}\n\n`,
        );
      });
    });
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = slow.address() as AddressInfo;
      const model = new Text({ maxConcurrency: 1 });
      model.endpoint = `http://127.0.0.1:${port}`;
      const all = [model, ...Object.values(OTHERS).map((other) => other(model))];
      const answers = all.map(async (one) => (await textsOf(await one.stream("x"))).join(""));
      expect(await Promise.all(answers)).toEqual(all.map(() => "Hel"));
      expect(most).toBe(1);
    } finally {
      await new Promise((resolve) => slow.close(resolve));
    }
  });

  it("takes the form of its messages from the copy", async () => {
    const model = OTHERS["a copy"]!(new Chat());
    model.outputVersion = "v1";
    expect((await model.invoke("x")).content).toEqual([
      expect.objectContaining({ type: "text", text: "Hello" }),
    ]);
  });
});

describe("models that are made alike", () => {
  it.each([Text, Chat])("are equal to those who compare them: %s", (Model) => {
    const shared = { endpoint: "http://models.test/", format: sse<StreamDelta>() };
    const made = (maxRetries: number) => Object.assign(new Model({ maxRetries }), shared);
    expect(made(1)).toEqual(made(1));
    expect(made(1)).not.toEqual(made(2));
  });
});
