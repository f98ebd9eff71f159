import { AsyncLocalStorage } from "node:async_hooks";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseLLM } from "@langchain/core/language_models/llms";
import type { BaseMessage } from "@langchain/core/messages";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { PromptTemplate } from "@langchain/core/prompts";
import { Runnable, RunnableLambda } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { IterableReadableStream } from "@langchain/core/utils/stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  HttpStreamingChatModel,
  HttpStreamingLLM,
  jsonLines,
  type StreamDelta,
} from "http-streaming-llm";
import { withoutCallFacts } from "../../helpers/call-facts.js";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";

/**
 * `stream()` of both base classes takes a shorter way than LangChain's. The same battery runs on our way
 * and on LangChain's own, of the same models, and what a user can see of them is compared.
 */

class Llm extends HttpStreamingLLM<StreamDelta> {
  _llmType() {
    return "path";
  }
  override format = jsonLines<StreamDelta>();
  constructor(public endpoint: string) {
    super({ maxRetries: 0 });
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk(delta: StreamDelta) {
    return delta;
  }
}

class Chat extends HttpStreamingChatModel<StreamDelta> {
  _llmType() {
    return "path";
  }
  override format = jsonLines<StreamDelta>();
  constructor(public endpoint: string) {
    super({ maxRetries: 0 });
  }
  buildPayload(messages: BaseMessage[]) {
    return { messages: messages.map((message) => message.text) };
  }
  parseChunk(delta: StreamDelta) {
    return delta;
  }
}

/** LangChain's own `stream` and `_streamIterator`, over our `_streamResponseChunks`. */
class DefaultLlm extends Llm {
  override stream = Runnable.prototype.stream as Llm["stream"];
  override _streamIterator = BaseLLM.prototype._streamIterator as Llm["_streamIterator"];
  static override lc_name() {
    return "Llm";
  }
}

class DefaultChat extends Chat {
  override stream = Runnable.prototype.stream as unknown as Chat["stream"];
  override _streamIterator = BaseChatModel.prototype._streamIterator as Chat["_streamIterator"];
  static override lc_name() {
    return "Chat";
  }
}

type Model = Llm | Chat;
type Make = (endpoint: string) => Model;

const PAIRS: [name: string, ours: Make, langChains: Make][] = [
  ["HttpStreamingLLM", (url) => new Llm(url), (url) => new DefaultLlm(url)],
  ["HttpStreamingChatModel", (url) => new Chat(url), (url) => new DefaultChat(url)],
];

const DELTAS: StreamDelta[] = [
  { text: "one", id: "answer-1", model: "m-1" },
  { text: " two" },
  { text: " 三" },
  { text: " four", metadata: { region: "eu" } },
  { done: true, finishReason: "stop", usage: { inputTokens: 3, outputTokens: 4 } },
];
const line = (delta: StreamDelta): string => `${JSON.stringify(delta)}\n`;

let server: ScriptedServer;
let whole: string;
let slow: string;
let broken: string;
let refused: string;
beforeAll(async () => {
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
  server = await startScriptedServer();
  whole = server.url({ steps: [{ text: DELTAS.map(line).join("") }] });
  slow = server.url({
    steps: [{ text: DELTAS.slice(0, 3).map(line).join("") }, { delayMs: 60_000 }],
  });
  broken = server.url({ steps: [{ text: DELTAS.slice(0, 2).map(line).join("") }], end: "destroy" });
  refused = server.url({ status: 418, steps: [{ text: '{"error":"no coffee"}' }] });
});
afterAll(() => server.close());

/** What a reader sees of an item: its text, and for messages all that they say. */
function seen(item: unknown): unknown {
  if (typeof item === "string") return item;
  const { text, response_metadata, usage_metadata, id } = item as BaseMessage & {
    usage_metadata?: unknown;
  };
  return { text, response_metadata, usage_metadata, id };
}

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  // LangChain hands over empty pieces, which say nothing to a reader of tokens.
  for await (const item of items) if (item !== "") list.push(seen(item));
  return list;
}

/** What the handlers hear, with the differences of two runs taken out. */
class Recorder extends BaseCallbackHandler {
  name = "recorder";
  override awaitHandlers = true;
  heard: unknown[] = [];
  override handleLLMStart = (
    _: unknown,
    prompts: string[],
    __: string,
    ___: unknown,
    extra: unknown,
  ) => void this.heard.push(["start", prompts, this.#plain(extra)]);
  override handleChatModelStart = (
    _: unknown,
    messages: BaseMessage[][],
    __: string,
    ___: unknown,
    extra: unknown,
  ) => void this.heard.push(["start", messages[0]?.map(({ text }) => text), this.#plain(extra)]);
  override handleLLMNewToken = (token: string) => {
    if (token !== "") this.heard.push(["token", token]);
  };
  override handleLLMEnd = (output: { generations: { text: string }[][]; llmOutput?: unknown }) =>
    void this.heard.push(["end", output.generations[0]?.[0]?.text]);
  override handleLLMError = (error: Error) => void this.heard.push(["error", error.name]);

  #plain(extra: unknown): unknown {
    return JSON.parse(
      JSON.stringify(extra, (key, value: unknown) => (key === "signal" ? undefined : value)),
    );
  }
}

/** An outcome that can be compared: what was read, and how it ended. */
async function outcome(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await read() };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: name, message: message.replace(/Default(?=Llm|Chat)/g, "") };
  }
}

/** One way of using a stream; `heard` gets what handlers hear. */
type Use = (model: Model, recorder: Recorder) => Promise<unknown>;

const USES: Record<string, Use> = {
  "for await": async (model, recorder) => all(await model.stream("x", { callbacks: [recorder] })),
  "a reader": async (model) => {
    const reader = (await model.stream("x")).getReader() as ReadableStreamDefaultReader<unknown>;
    const items = [];
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (read.value !== "") items.push(seen(read.value));
    }
    return items;
  },
  tee: async (model) => {
    const [a, b] = ((await model.stream("x")) as ReadableStream<unknown>).tee();
    return Promise.all([all(a), all(b)]);
  },
  pipeThrough: async (model) => {
    const upper = new TransformStream<unknown, unknown>({
      transform: (item, controller) => {
        controller.enqueue(item);
      },
    });
    return all(((await model.stream("x")) as ReadableStream<unknown>).pipeThrough(upper));
  },
  "is an IterableReadableStream": async (model) => {
    const stream = await model.stream("x");
    const is = [
      stream instanceof IterableReadableStream,
      stream instanceof ReadableStream,
      stream.locked,
    ];
    await stream.cancel();
    return is;
  },
  "a break": async (model, recorder) => {
    const items = [];
    for await (const item of await model.stream("x", { callbacks: [recorder] })) {
      items.push(seen(item));
      if (items.length === 2) break;
    }
    recorder.heard = [];
    return items;
  },
  cancel: async (model) => {
    const stream = await model.stream("x");
    const { value } = await stream.next();
    await stream.return();
    return seen(value);
  },
  asyncDispose: async (model) => {
    const stream = await model.stream("x");
    const { value } = await stream.next();
    await stream[Symbol.asyncDispose]();
    return seen(value);
  },
  "a sequence": async (model) => {
    const chain = PromptTemplate.fromTemplate("say {word}")
      .pipe(model as Llm)
      .pipe(new StringOutputParser());
    return all(await chain.stream({ word: "it" }));
  },
  withConfig: async (model, recorder) =>
    all(
      await model
        .withConfig({ tags: ["t"], metadata: { m: 1 } })
        .stream("x", { callbacks: [recorder] }),
    ),
  withRetry: async (model) => all(await (model as Llm).withRetry().stream("x")),
  withFallbacks: async (model) =>
    all(await (model as Llm).withFallbacks([new Llm(whole)]).stream("x")),
  "streamEvents v2": async (model) => {
    const events = [];
    for await (const { event, name, data } of (model as Llm).streamEvents("x", { version: "v2" })) {
      const chunk = (data.chunk as { text?: string } | undefined)?.text;
      if (chunk !== "") events.push([event, name.replace("Default", ""), chunk]);
    }
    return events;
  },
  "inside a lambda, without passing the config on": async (model, recorder) => {
    const lambda = RunnableLambda.from(async (x: string) => all(await model.stream(x)));
    return lambda.invoke("x", { callbacks: [recorder] });
  },
  "an aborted signal": async (model) =>
    all(await model.stream("x", { signal: AbortSignal.abort() })),
};

const ENDS: Record<string, () => string> = {
  "a whole answer": () => whole,
  "an answer that breaks off": () => broken,
  "a refusal": () => refused,
};

describe.each(PAIRS)("stream() of %s, compared with LangChain's own way", (_, ours, langChains) => {
  const compare = async (use: Use, url: string): Promise<void> => {
    const results = [];
    for (const make of [ours, langChains]) {
      const recorder = new Recorder();
      const model = make(url);
      const result = await outcome(() => use(model, recorder));
      const heard = JSON.stringify(recorder.heard).replaceAll("Default", "");
      const text = JSON.stringify(result).replace(/run-[0-9a-f-]{36}/g, "run-id");
      results.push({
        result: withoutCallFacts(JSON.parse(text) as unknown),
        heard: JSON.parse(heard) as unknown,
      });
    }
    expect(results[0]).toEqual(results[1]);
  };

  describe.each(Object.keys(ENDS))("with %s", (end) => {
    it.each(Object.keys(USES))("is the same for %s", async (use) => {
      await compare(USES[use]!, ENDS[end]!());
    });
  });

  it("is the same for a signal that fires while a token is awaited", async () => {
    await compare(async (model) => {
      const controller = new AbortController();
      const items = [];
      const stream = await model.stream("x", { signal: controller.signal });
      try {
        for await (const item of stream) {
          items.push(seen(item));
          if (items.length === 3) setTimeout(() => controller.abort(), 20);
        }
      } catch (error) {
        return [items, (error as Error).name, error === controller.signal.reason];
      }
      return items;
    }, slow);
  });

  it("is the same for a timeout", async () => {
    await compare(async (model) => {
      const items = [];
      try {
        for await (const item of await model.stream("x", { timeout: 500 })) items.push(seen(item));
      } catch (error) {
        return [items, (error as Error).name];
      }
      return items;
    }, slow);
  });
});
