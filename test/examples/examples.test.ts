import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { LLMResult } from "@langchain/core/outputs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MyLLM } from "../../examples/demo/my-llm.js";
import { MyLLM as MyOpenAILLM } from "../../examples/demo/my-openai-llm.js";
import { GigaChatLLM } from "../../examples/gigachat.js";
import { Langserve590LLM } from "../../examples/langserve-590.js";
import { OllamaLLM } from "../../examples/ollama-generate.js";
import { CompletionsLLM } from "../../examples/openai-completions.js";
import { PlainTextLLM } from "../../examples/plain-text.js";
import { ReplicateLLM } from "../../examples/replicate.js";
import { SageMakerLLM } from "../../examples/sagemaker.js";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import { YandexLLM } from "../../examples/yandex.js";

/** The model has 18 tokens to say to this. */
const PROMPT = "Alice sighed";
const PAUSE_MS = 15;
/** Tokens that come in less time than that have come together. */
const TOGETHER_MS = 5;

let slow: ModelServer;
let fast: ModelServer;

beforeAll(async () => {
  [slow, fast] = await Promise.all([
    startModelServer({ pauseMs: PAUSE_MS }),
    startModelServer({ pauseMs: 1 }),
  ]);
});
afterAll(() => Promise.all([slow.close(), fast.close()]));

const USAGE = { promptTokens: 2, completionTokens: 18, totalTokens: 20 };

/** Every example, and how it says what it costs and how it ended. */
const EXAMPLES = [
  {
    name: "langserve-590",
    create: ({ origin }: ModelServer) => new Langserve590LLM({ url: `${origin}/ask` }),
    facts: {},
  },
  {
    name: "ollama-generate",
    create: ({ origin }: ModelServer) => new OllamaLLM({ baseUrl: origin, model: "llama3" }),
    facts: { finishReason: "stop", tokenUsage: USAGE, model: "llama3" },
  },
  {
    name: "openai-completions",
    create: ({ origin }: ModelServer) =>
      new CompletionsLLM({ baseUrl: `${origin}/v1`, model: "alice" }),
    facts: {
      finishReason: "stop",
      tokenUsage: USAGE,
      model: "alice",
      id: expect.stringMatching(/^cmpl-/),
    },
  },
  {
    name: "plain-text",
    create: ({ origin }: ModelServer) => new PlainTextLLM({ url: `${origin}/text` }),
    facts: {},
  },
  {
    name: "gigachat",
    create: ({ origin }: ModelServer) => {
      const urls = { baseUrl: `${origin}/api/v1`, authUrl: `${origin}/api/v2/oauth` };
      return new GigaChatLLM({ ...urls, model: "alice" });
    },
    facts: { finishReason: "stop", tokenUsage: USAGE, model: "alice" },
  },
  {
    name: "yandex",
    create: ({ origin }: ModelServer) =>
      new YandexLLM({ baseUrl: origin, iamUrl: origin, uri: "gpt://f/alice" }),
    facts: {
      finishReason: "ALTERNATIVE_STATUS_FINAL",
      tokenUsage: USAGE,
      model: "23.10.2024",
    },
  },
  {
    name: "replicate",
    create: ({ origin }: ModelServer) => new ReplicateLLM({ baseUrl: origin, model: "me/alice" }),
    facts: {},
  },
  {
    name: "sagemaker",
    create: ({ origin }: ModelServer) => new SageMakerLLM({ baseUrl: origin, name: "alice" }),
    facts: { finishReason: "eos_token", tokenUsage: USAGE },
  },
];

class Listener {
  text = "";
  /** At how many moments tokens came. */
  moments = 0;
  #last = -Infinity;

  hear(token: string): void {
    const now = performance.now();
    if (now - this.#last > TOGETHER_MS) this.moments++;
    this.#last = now;
    this.text += token;
  }
}

describe.each(EXAMPLES)("The example $name", ({ create, facts }) => {
  // A reader whom the machine lets wait for the whole answer hears it at once: not each time.
  it("streams the same text token by token on both paths", { retry: 5 }, async () => {
    const llm = create(slow);
    const asynchronous = new Listener();
    for await (const token of await llm.stream(PROMPT)) asynchronous.hear(token);
    const synchronous = new Listener();
    for (const token of llm.streamSync(PROMPT)) synchronous.hear(token);

    expect(asynchronous.text).toMatch(/^ .*[‘’—]/s);
    expect(synchronous.text).toBe(asynchronous.text);
    // Sixteen or so on a machine at rest, and one for an answer that comes as a whole.
    expect(asynchronous.moments).toBeGreaterThan(1);
    expect(synchronous.moments).toBeGreaterThan(1);
  });

  it("says what its wire says about the end", async () => {
    let result: LLMResult | undefined;
    const handler: Partial<BaseCallbackHandler> = {
      handleLLMEnd: (output: LLMResult) => void (result = output),
    };
    for await (const _ of await create(fast).stream(PROMPT, { callbacks: [handler] }));
    expect(result?.llmOutput).toEqual(facts);
  });

  it("keeps a stop sequence out of the answer", async () => {
    const llm = create(fast);
    const whole = await llm.invoke(PROMPT);
    // From the middle of one token to the middle of another.
    const stop = whole.slice(20, 30);
    const stopped = await llm.invoke(PROMPT, { stop: [stop] });
    expect(stopped).toBe(whole.slice(0, whole.indexOf(stop)));
  });
});

describe("The models of the demo", () => {
  it("give the same text on every path and either API", async () => {
    const ollama = new MyLLM();
    ollama.endpoint = `${fast.origin}/api/generate`;
    const openai = new MyOpenAILLM();
    openai.endpoint = `${fast.origin}/v1/completions`;

    const text = await ollama.invoke(PROMPT);
    expect(text).not.toBe("");
    expect(await openai.invoke(PROMPT)).toBe(text);
    expect(ollama.invokeSync(PROMPT)).toBe(text);
    expect(openai.invokeSync(PROMPT)).toBe(text);
  });
});
