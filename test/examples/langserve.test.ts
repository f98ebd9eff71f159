/* eslint-disable @typescript-eslint/no-deprecated -- the client that LangServe's users have */
import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import type { AIMessageChunk } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import { Hono } from "hono";
import { HttpStreamingLLM, ModelStreamError, TruncatedStreamError } from "http-streaming-llm";
import { ChatPromptTemplate } from "langchain-core-0.3/prompts";
import { RemoteRunnable } from "langchain-core-0.3/runnables/remote";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LangServeChat, LangServeLLM } from "../../examples/langserve-client.js";
import { createApp } from "../../examples/langserve/app.js";
import { eventText } from "../../examples/langserve/events.js";
import { langserve } from "../../examples/langserve/routes.js";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import { drain, rejection } from "../helpers/delta-llm.js";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";

const PROMPT = "Alice sighed";
/** `{"tags":["from the path, ünïcode ✓"],"configurable":{"c":3}}`, as LangServe's playground compresses it. */
const PATH_CONFIG =
  "N4IgLghg5gziBcBtEAzATgewLYAIwAsBTHABwgIBocAfgOwHuBjDAE2MGRyEAXQpGdpQBLKAFc0EAEYAbQglCMEAZgC+yoA";

const EVENTS = { "content-type": "text/event-stream" };

let model: ModelServer;
let scripted: ScriptedServer;
let server: ServerType;
let origin: string;
/** What the server heard of errors. */
const heard: unknown[] = [];

class ScriptedLLM extends HttpStreamingLLM<{ text: string }> {
  endpoint = "";
  _llmType() {
    return "scripted";
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk({ text }: { text: string }) {
    return text;
  }
}

/** A model whose server does what is asked for. */
const breaking = new ScriptedLLM({ maxRetries: 0 });
const silent = new ScriptedLLM({ maxRetries: 0 });
const broken = new ScriptedLLM({ maxRetries: 0 });

beforeAll(async () => {
  [model, scripted] = await Promise.all([startModelServer({ pauseMs: 10 }), startScriptedServer()]);
  const headers = EVENTS;
  const steps = [{ text: 'data: {"text":"one"}\n\n' }];
  breaking.endpoint = scripted.url({ headers, steps, end: "destroy" });
  broken.endpoint = scripted.url({ status: 401 });
  silent.endpoint = scripted.url({ headers, steps, end: "stall" });
  const onError = (error: unknown) => void heard.push(error);
  const options = { onError, pingMs: 30 };
  const app = new Hono()
    .route("/", createApp(model.origin, { onError }))
    .route("/breaking", langserve(breaking, options))
    .route("/broken", langserve(broken, options))
    .route("/silent", langserve(silent, options))
    .route("/echo", langserve(RunnableLambda.from(echo), options));
  server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await Promise.all([model.close(), scripted.close()]);
});

/** What a chain gets to see of a request. */
function echo(input: unknown, config?: object) {
  const { tags, metadata, configurable, runName, stop } = (config ?? {}) as Record<string, unknown>;
  const kind = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(kind)
      : typeof value === "object" && value !== null
        ? value.constructor === Object
          ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, kind(item)]))
          : value.constructor.name
        : value;
  return { input: kind(input), tags, metadata, configurable, runName, stop };
}

const remote = <Input = string, Output = string>(path: string) =>
  new RemoteRunnable<Input, Output, { signal?: AbortSignal }>({ url: `${origin}/${path}` });

const post = (path: string, body: unknown) =>
  fetch(`${origin}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const echoed = async (body: object, path = "echo/invoke") => {
  const { output } = (await (await post(path, body)).json()) as { output: Record<string, unknown> };
  return output;
};

async function textAndMoments(chunks: AsyncIterable<string>) {
  const pieces: string[] = [];
  let moments = 0;
  let last = -Infinity;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    if (performance.now() - last > 3) moments++;
    last = performance.now();
  }
  return { text: pieces.join(""), count: pieces.length, moments };
}

describe("LangServe's JavaScript client", () => {
  // A reader whom the machine lets wait for the whole answer hears it at once: not each time.
  it("gets tokens one by one, and of a model by hand one lump", { retry: 5 }, async () => {
    const whole = await remote("llm").invoke(PROMPT);
    const streamed = await textAndMoments(await remote("llm").stream(PROMPT));
    expect(streamed.text).toBe(whole);
    expect(streamed.count).toBeGreaterThanOrEqual(10);
    // Seventeen or so on a machine at rest.
    expect(streamed.moments).toBeGreaterThan(2);

    const lump = await textAndMoments(await remote("by-hand").stream(PROMPT));
    expect(lump).toEqual({ text: whole, count: 1, moments: 1 });
  });

  it("gets the answers of a batch in order", async () => {
    const questions = ["Alice sighed", "The Hatter sighed"];
    const answers = await remote("llm").batch(questions);
    expect(answers).toEqual(await Promise.all(questions.map((one) => remote("llm").invoke(one))));
  });

  it("gets a chain's answer, and gives it what it takes", async () => {
    const chain = remote<{ who: string }>("chain");
    const whole = await chain.invoke({ who: "Alice" });
    const streamed = await textAndMoments(await chain.stream({ who: "Alice" }));
    expect(streamed).toMatchObject({ text: whole, count: expect.toSatisfy((n) => n > 1) });
  });

  it("may stand behind a template of its own", async () => {
    const chain = ChatPromptTemplate.fromTemplate("{who} sighed").pipe(remote<never>("llm"));
    expect(await chain.invoke({ who: "Alice" })).toBe(
      await remote("llm").invoke("Human: Alice sighed"),
    );
  });

  it("gets messages of a chat model", async () => {
    const chunks: { content: unknown; getType(): string }[] = [];
    for await (const chunk of await remote<string, (typeof chunks)[0]>("chat").stream("Hi")) {
      chunks.push(chunk);
    }
    expect(chunks.every((chunk) => chunk.getType() === "ai")).toBe(true);
    expect(chunks.length).toBeGreaterThan(3);
  });

  it("gets a log of the run", async () => {
    const paths: string[] = [];
    let streamed = "";
    for await (const { ops } of remote("llm").streamLog(PROMPT)) {
      for (const op of ops) {
        paths.push(op.path);
        if (op.path === "/streamed_output/-" && op.op === "add") streamed += String(op.value);
      }
    }
    expect(streamed).toBe(await remote("llm").invoke(PROMPT));
    expect(paths).toContain("/final_output");
  });

  it("gets the events of the run, and only those it asked for", async () => {
    const tokens: string[] = [];
    const names = new Set<string>();
    const chain = remote<{ who: string }>("chain");
    for await (const { event, data } of chain.streamEvents({ who: "Alice" }, { version: "v2" })) {
      names.add(event);
      if (event === "on_llm_stream") tokens.push((data.chunk as { text: string }).text);
    }
    expect([...names]).toEqual(
      expect.arrayContaining(["on_chain_start", "on_llm_end", "on_prompt_end"]),
    );
    expect(tokens.join("")).toBe(await chain.invoke({ who: "Alice" }));

    const types: string[] = [];
    const filter = { includeTypes: ["llm"] };
    for await (const { event } of chain.streamEvents({ who: "Alice" }, { version: "v2" }, filter)) {
      types.push(event);
    }
    expect(types.every((event) => event.startsWith("on_llm_"))).toBe(true);
    expect(types).toContain("on_llm_stream");
  });

  it.each(["breaking", "broken"])("hears of an error, without its words: %s", async (path) => {
    heard.length = 0;
    await expect(remote(path).invoke(PROMPT)).rejects.toThrow("Internal Server Error");
    await expect(remote(path).batch([PROMPT])).rejects.toThrow("Internal Server Error");
    const { items, error } = await drain(() => remote(path).stream(PROMPT));
    expect(items).toEqual(path === "breaking" ? ["one"] : []);
    expect(String(error)).toContain("Internal Server Error");
    expect(String(error)).not.toContain("127.0.0.1");
    const events = await drain(async () => remote(path).streamEvents(PROMPT, { version: "v2" }));
    expect(String(events.error)).toContain("Internal Server Error");
    const log = await drain(async () => remote(path).streamLog(PROMPT));
    expect(String(log.error)).toContain("Internal Server Error");
    // The server's own log has them.
    expect(heard).toHaveLength(5);
    expect(heard.every((one) => String(one).includes("127.0.0.1"))).toBe(true);
  });

  it.each(["invoke", "batch", "stream", "stream_log", "stream_events"])(
    "closes the model's request when it leaves: %s",
    async (route) => {
      heard.length = 0;
      const id = `left-${route}`;
      const steps = [{ text: 'data: {"text":"one"}\n\n' }];
      silent.endpoint = scripted.url({ id, scripts: [{ headers: EVENTS, steps, end: "stall" }] });
      const left = new AbortController();
      const response = fetch(`${origin}/silent/${route}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ input: PROMPT, inputs: [PROMPT] }),
        signal: left.signal,
      }).then((answer) => answer.text());
      await expect.poll(async () => (await scripted.log(id)).length).toBe(1);
      left.abort();
      await expect(response).rejects.toThrow("abort");
      await expect.poll(async () => (await scripted.log(id))[0]?.closedByPeerMs).toBeDefined();
      expect(heard).toEqual([]);
    },
  );

  it("is kept waiting with comments", async () => {
    const left = new AbortController();
    const response = await fetch(`${origin}/silent/stream`, {
      method: "POST",
      body: JSON.stringify({ input: PROMPT }),
      signal: left.signal,
    });
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      // On a busy machine some come before the first piece.
      if (/"one"\r\n\r\n(?:: ping\r\n\r\n){2}/.test(text)) break;
    }
    left.abort();
    expect(text).toMatch(/^event: metadata\r\ndata: {"run_id":"[\w-]{36}"}\r\n\r\n/);
    expect(text).toContain('event: data\r\ndata: "one"\r\n\r\n: ping\r\n\r\n');
  });
});

describe("A request", () => {
  it("has its config in snake case or camel case, in the body or the path", async () => {
    const snake = { run_name: "mine", tags: ["a"], metadata: { b: 1 }, configurable: { c: 2 } };
    const camel = { ...snake, run_name: null, runName: "mine" };
    const wanted = { runName: "mine", tags: ["a"], configurable: { c: 2 } };
    for (const config of [snake, camel]) {
      const output = await echoed({ input: 1, config });
      expect(output).toMatchObject({ input: 1, metadata: { b: 1 } });
      expect({ tags: output.tags, configurable: output.configurable }).toMatchObject({
        tags: wanted.tags,
        configurable: wanted.configurable,
      });
    }
    const config = { configurable: { c: 4 } };
    const output = await echoed({ input: 1, config }, `echo/c/${PATH_CONFIG}/invoke`);
    expect(output).toMatchObject({ tags: ["from the path, ünïcode ✓"], configurable: { c: 4 } });
  });

  it("takes of the call options only what the server allows", async () => {
    const allowed = await post("llm/invoke", { input: PROMPT, kwargs: { stop: [","] } });
    const { output } = (await allowed.json()) as { output: string };
    expect(output).not.toContain(",");
    const refused = await post("llm/invoke", {
      input: PROMPT,
      kwargs: { proxy: "http://evil.example" },
    });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ message: 'This server takes no "proxy".' });
  });

  it.each([
    ["no JSON", "invoke", "{", 422],
    ["no object", "stream", [], 422],
    ["no input", "invoke", {}, 422],
    ["no inputs", "batch", { input: 1 }, 422],
    ["a config that is none", "stream", { input: 1, config: "x" }, 422],
    ["tags that are none", "invoke", { input: 1, config: { tags: [1] } }, 422],
    ["too few configs", "batch", { inputs: [1, 2], config: [{}] }, 422],
    ["a filter that is none", "stream_events", { input: 1, include_names: "x" }, 422],
    ["a path that is no config", "c/nonsense/invoke", { input: 1 }, 400],
    ["more than is taken", "invoke", { input: "x".repeat(5e6) }, 413],
  ])("with %s is refused", async (_, route, body, status) => {
    const response = await post(`echo/${route}`, body);
    expect(response.status).toBe(status);
    const { message, detail } = (await response.json()) as { message: string; detail: string };
    expect(message).not.toBe("");
    expect(detail).toBe(message);
  });

  it("brings messages, documents and prompts, of Python's types and of JavaScript's", async () => {
    const pydantic = {
      ...{ content: "Hi", type: "human", name: null, id: null, example: false },
      ...{ additional_kwargs: {}, response_metadata: {} },
    };
    const call = { name: "f", args: {}, id: "1", type: "tool_call" };
    const inputs: [unknown, unknown][] = [
      ["text", "text"],
      [[pydantic], ["HumanMessage"]],
      [{ content: "Hi", type: "AIMessageChunk", tool_calls: [call] }, "AIMessage"],
      [{ content: "4", type: "tool", tool_call_id: "1", artifact: null }, "ToolMessage"],
      [{ content: "Hi", type: "system" }, "SystemMessage"],
      [{ content: "Hi", type: "chat", role: "x" }, "ChatMessage"],
      [{ content: "Hi", type: "generic", role: "x" }, "ChatMessage"],
      [{ content: "4", type: "function", name: "f" }, "FunctionMessage"],
      [{ page_content: "x", metadata: {}, type: "Document", id: null }, "Document"],
      [{ text: "Hi", type: "StringPromptValue" }, "StringPromptValue"],
      [{ messages: [pydantic], type: "ChatPromptValueConcrete" }, "ChatPromptValue"],
      [{ messages: [pydantic] }, { messages: ["HumanMessage"] }],
      [
        { content: "Hi", type: "memo" },
        { content: "Hi", type: "memo" },
      ],
      [{ text: "Hi" }, { text: "Hi" }],
      [
        { a: null, b: [{ c: pydantic }] },
        { a: null, b: [{ c: "HumanMessage" }] },
      ],
    ];
    for (const [input, seen] of inputs) expect((await echoed({ input })).input).toEqual(seen);
  });

  it("gets null where a runnable has nothing", async () => {
    expect(await echoed({ input: { a: null } })).toHaveProperty("stop", null);
  });
});

describe("An event", () => {
  it("is one line for readers with line ends of their own", () => {
    const text = eventText("data", "a\u2028b\u2029c\u0085d\ne");
    expect(text).toBe('event: data\r\ndata: "a\\u2028b\\u2029c\\u0085d\\ne"\r\n\r\n');
  });
});

describe("A page or schema", () => {
  it("is there for every runnable, with a config in the path, too", async () => {
    const get = async (path: string) => (await fetch(`${origin}/${path}`)).json();
    expect(await get("chain/input_schema")).toMatchObject({ type: "object", required: ["who"] });
    expect(await get(`chain/c/${PATH_CONFIG}/output_schema`)).toMatchObject({ type: "string" });
    expect(await get("chat/output_schema")).toMatchObject({ type: "object" });
    expect(await get("llm/input_schema")).toHaveProperty("anyOf");
    expect(await get("echo/input_schema")).toEqual({ title: expect.stringMatching(/Input$/) });
    expect(await get("llm/config_schema")).toHaveProperty("properties.tags");
    for (const path of ["llm/playground", "llm/playground/", `llm/c/${PATH_CONFIG}/playground`]) {
      const page = await (await fetch(`${origin}/${path}`)).text();
      expect(page).toMatch(/^<!doctype html>/);
    }
  });
});

describe("A model behind LangServe", () => {
  const url = (path: string) => `${origin}/${path}/stream`;

  it("streams the text that LangServe's own client gets", async () => {
    const llm = new LangServeLLM({ url: url("llm") });
    const { text, count } = await textAndMoments(await llm.stream(PROMPT));
    expect(text).toBe(await remote("llm").invoke(PROMPT));
    expect(count).toBeGreaterThanOrEqual(10);
    expect(await llm.invoke(PROMPT)).toBe(text);
  });

  it("calls the tools that the server bound, and says what they cost", async () => {
    const chat = new LangServeChat({ url: url("chat") });
    let streamed: AIMessageChunk | undefined;
    const question = "What is the weather in Paris and in New York?";
    for await (const chunk of await chat.stream(question))
      streamed = streamed?.concat(chunk) ?? chunk;
    for (const message of [streamed!, await chat.invoke(question)]) {
      expect(message.tool_calls).toMatchObject([
        { name: "get_weather", args: { city: "Paris" } },
        { name: "get_weather", args: { city: "New York" } },
      ]);
      expect(message.usage_metadata as unknown).toMatchObject({
        output_tokens: expect.any(Number),
      });
      expect(message.response_metadata).toMatchObject({ finish_reason: "tool_calls" });
    }
    // The conversation goes on: the calls and their results go to the server.
    const results = streamed!.tool_calls!.map(({ id }) => ({
      ...{ role: "tool", content: "15 °C", tool_call_id: id! },
    }));
    const conversation = [{ role: "user", content: question }, streamed!, ...results];
    const { text } = await chat.invoke(conversation);
    expect(text).toContain("15 °C");
  });

  it("takes a message that the server gives whole, and keeps a refused call refused", async () => {
    const invalid = { name: "f", args: '{"a', id: "2", error: null, type: "invalid_tool_call" };
    const valid = { name: "g", args: { b: 1 }, id: "1", type: "tool_call" };
    const content = [{ type: "text", text: "Hi" }];
    const calls = { tool_calls: [valid], invalid_tool_calls: [invalid], usage_metadata: null };
    const data = { content, type: "ai", response_metadata: { finish_reason: "stop" }, ...calls };
    const steps = [{ text: eventText("data", data) + eventText("end") }];
    const chat = new LangServeChat({ url: scripted.url({ headers: EVENTS, steps }) });
    const { text, tool_calls, invalid_tool_calls } = await chat.invoke("?");
    expect(text).toBe("Hi");
    expect(tool_calls).toMatchObject([{ name: "g", args: { b: 1 } }]);
    expect(invalid_tool_calls).toMatchObject([{ name: "f" }]);
  });

  it("adds up what the server counts chunk by chunk", async () => {
    const usage = (input_tokens: number, output_tokens: number, cache_read: number) => ({
      ...{ input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
      input_token_details: { cache_read },
    });
    const chunks = [usage(7, 0, 3), null, usage(0, 5, 0)].map((usage_metadata) =>
      eventText("data", { content: "x", type: "AIMessageChunk", usage_metadata }),
    );
    const steps = [{ text: chunks.join("") + eventText("end") }];
    const chat = new LangServeChat({ url: scripted.url({ headers: EVENTS, steps }) });
    const { usage_metadata } = await chat.invoke("?");
    expect(usage_metadata).toMatchObject({
      ...{ input_tokens: 7, output_tokens: 5, total_tokens: 12 },
      input_token_details: { cache_read: 3 },
    });
  });

  it("says what the server says went wrong", async () => {
    const error = await rejection(
      new LangServeLLM({ url: url("breaking"), maxRetries: 0 }).invoke(PROMPT),
    );
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect((error as Error).message).toContain("Internal Server Error");
  });

  it("does not take an answer for whole before the event `end`", async () => {
    const headers = EVENTS;
    const steps = [{ text: 'event: data\r\ndata: "one"\r\n\r\n' }];
    const cut = new LangServeLLM({ url: scripted.url({ headers, steps }), maxRetries: 0 });
    expect(TruncatedStreamError.isInstance(await rejection(cut.invoke(PROMPT)))).toBe(true);
    const ended = [...steps, { text: "event: end\r\n\r\n" }];
    const whole = new LangServeLLM({ url: scripted.url({ headers, steps: ended }) });
    expect(await whole.invoke(PROMPT)).toBe("one");
  });

  it("refuses tools that would not reach the server", async () => {
    const tools = [{ type: "function" as const, function: { name: "f", parameters: {} } }];
    const error = await rejection(new LangServeChat({ url: url("chat") }).invoke("Hi", { tools }));
    expect((error as Error).message).toContain("bind them to the model on the server");
  });

  it("refuses what is neither a text nor a message", async () => {
    const error = await rejection(new LangServeLLM({ url: url("echo") }).invoke("Hi"));
    expect((error as Error).message).toContain("neither a text nor a message");
  });
});
