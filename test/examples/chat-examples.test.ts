import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { HumanMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { concat } from "@langchain/core/utils/stream";
import { HttpStatusError, TruncatedStreamError, toToolDefinition } from "http-streaming-llm";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { withoutCallFacts } from "../helpers/call-facts.js";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import { CHAT_EXAMPLES } from "../helpers/chat-examples.js";
import { startPacedServer } from "../helpers/paced-server.js";

const QUESTION = "What is the weather in Paris and in New York?";
const getWeather = tool(({ city }) => `rain in ${city}`, {
  name: "get_weather",
  description: "Tells the weather in a city",
  schema: z.object({ city: z.string() }),
});
const TOOLS = { tools: [toToolDefinition(getWeather)] };
const Person = z.object({ name: z.string(), age: z.number() });
/** A white pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==";

let fast: ModelServer;
beforeAll(async () => {
  fast = await startModelServer({ pauseMs: 0 });
});
afterAll(() => fast.close());
afterEach(() => vi.unstubAllEnvs());

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function joined([first, ...rest]: readonly AIMessageChunk[]): AIMessageChunk {
  return rest.reduce((all, chunk) => concat(all, chunk), first!);
}

/** LangChain types it by a message structure that it cannot infer here. */
function usageOf({ usage_metadata }: AIMessageChunk): UsageMetadata {
  return usage_metadata as unknown as UsageMetadata;
}

/** A message without what differs from one answer to the next: its ids, and what it says of its call. */
function comparable(message: AIMessageChunk): unknown {
  const { id, tool_calls = [] } = message;
  const calls = tool_calls.map((call) => String(call.id));
  const text = JSON.stringify({ dict: message.toDict(), blocks: message.contentBlocks });
  const generated = [...calls, String(id)].reduce<string>(
    (rest, name) => rest.replaceAll(name, "<id>"),
    text,
  );
  return withoutCallFacts(JSON.parse(generated) as unknown);
}

describe.each(CHAT_EXAMPLES)("The chat example $name", (example) => {
  const { create, finishReasons, ids } = example;

  it.each([
    ["text", "Do cats eat bats?", {}],
    ["text in v1", "Do cats eat bats?", { outputVersion: "v1" }],
    ["parallel calls", QUESTION, TOOLS],
    ["parallel calls in v1", QUESTION, { ...TOOLS, outputVersion: "v1" }],
  ] as const)("gives the same message on every path: %s", async (_, question, options) => {
    const model = create(fast.origin, { thinking: true });
    const calling = "tools" in options;

    const message = joined(await collect(await model.stream(question, options)));
    expect(message.id).toMatch(ids[0]);
    expect(message.response_metadata).toMatchObject({
      model_name: "alice",
      finish_reason: finishReasons[calling ? 1 : 0],
    });
    expect(message.text).toMatch(calling ? /^$/ : /^‘Not the same thing with you.*\.$/);
    expect(message.contentBlocks[0]).toMatchObject({
      type: "reasoning",
      reasoning: calling ? "The user names get_weather." : "The user wants a text.",
    });
    const { input_tokens, output_tokens, total_tokens } = usageOf(message);
    expect(input_tokens).toBe(calling ? 11 : 5);
    expect(output_tokens).toBeGreaterThan(20);
    expect(total_tokens).toBe(input_tokens + output_tokens);
    const called = (calling ? ["Paris", "New York"] : []).map((city) => {
      return { type: "tool_call", name: "get_weather", args: { city } };
    });
    expect(message.tool_calls).toMatchObject(called);
    const callIds = message.tool_calls?.map((call) => call.id) ?? [];
    for (const id of callIds) expect(id).toMatch(ids[1]);
    expect(new Set(callIds).size).toBe(called.length);

    const others = {
      invoke: await model.invoke(question, options),
      streamSync: joined([...model.streamSync(question, options)]),
      invokeSync: model.invokeSync(question, options),
    };
    for (const [path, other] of Object.entries(others)) {
      expect(other.id, path).toMatch(ids[0]);
      expect(comparable(other), path).toEqual(comparable(message));
    }
  });

  it("takes results back to the model, with what the model thought", async () => {
    const conversation = [new SystemMessage("Be brief."), new HumanMessage(QUESTION)];
    for (const outputVersion of ["v0", "v1"] as const) {
      const model = create(fast.origin, { thinking: true, outputVersion }).bindTools([getWeather]);
      const call =
        outputVersion === "v0"
          ? joined(await collect(await model.stream(conversation)))
          : await model.invoke(conversation);
      const results = await Promise.all(
        call.tool_calls!.map((toolCall) => getWeather.invoke({ ...toolCall, type: "tool_call" })),
      );
      const answer = await model.invoke([...conversation, call, ...(results as ToolMessage[])]);
      expect(answer.text).toBe(
        "get_weather says “rain in Paris”, get_weather says “rain in New York”.",
      );
      expect(answer.tool_calls).toEqual([]);
    }
  });

  it("takes results that have no name and that failed", async () => {
    const model = create(fast.origin).bindTools([getWeather]);
    const call = await model.invoke("The weather in Rome?");
    const result = new ToolMessage({
      content: "no such city",
      tool_call_id: call.tool_calls![0]!.id!,
      status: "error",
    });
    const answer = await model.invoke([new HumanMessage("The weather in Rome?"), call, result]);
    expect(answer.text).toContain("no such city");
  });

  it("calls no tool, or one, as tool_choice says", async () => {
    const model = create(fast.origin);
    const none = await model.bindTools([getWeather], { tool_choice: "none" }).invoke(QUESTION);
    // Ollama has no word for it.
    if (!example.name.startsWith("ollama")) expect(none.tool_calls).toEqual([]);
    for (const tool_choice of ["any", "get_weather"]) {
      const forced = model.bindTools([getWeather], { tool_choice });
      const { tool_calls } = await forced.invoke("Is Paris lovely?");
      if (example.name.startsWith("ollama")) continue;
      expect(tool_calls).toMatchObject([{ name: "get_weather", args: { city: "Paris" } }]);
    }
  });

  it("gives structured output, invoked and streamed", async () => {
    const model = create(fast.origin);
    const text = "Alice is 7 years old.";
    const methods = example.hasJson === false ? [undefined] : [undefined, "jsonSchema", "jsonMode"];
    for (const method of methods) {
      const structured = model.withStructuredOutput(Person, method ? { method } : {});
      const question = method === "jsonMode" ? `${text} As JSON: {"name":"Bob","age":1}` : text;
      const alice = { name: "Alice", age: 7 };
      expect(await structured.invoke(question)).toEqual(alice);
      const pieces = await collect(await structured.stream(question));
      expect(pieces.at(-1)).toEqual(alice);
    }
  });

  it("sends images", async () => {
    const question = new HumanMessage({
      content: [
        { type: "text", text: "Do cats eat bats?" },
        { type: "image", mimeType: "image/png", data: PNG },
      ],
    });
    expect((await create(fast.origin).invoke([question])).text).toMatch(/^‘Not the same/);
  });

  it("lets the server stop", async () => {
    const answer = await create(fast.origin).invoke("Do cats eat bats?", { stop: ["Hatter"] });
    expect(answer.text).toBe("‘Not the same thing with you,’ said the ");
  });

  /** The frames of a text, up to the ones of its last token and its end, and these. */
  function framesOf(...pieces: string[]) {
    const { wire, endFrames } = example;
    const usage = { promptTokens: 1, outputTokens: 2, reasoningTokens: 0 };
    const parts = [{ type: "text" as const, pieces }];
    const answer = { parts, summary: { ...usage, finishReason: "stop" as const } };
    const { endpoint } = create("http://127.0.0.1");
    const { contentType, frames } = wire.stream({}, answer, new URL(endpoint));
    const bytes = [...frames].map((frame) => Buffer.from(frame));
    const joined = (start: number, end?: number) => Buffer.concat(bytes.slice(start, end));
    return { contentType, joined, endFrames };
  }

  it("streams token by token on both paths", async () => {
    const { contentType, joined, endFrames } = framesOf("Not", " the", " same");
    const last = -endFrames - 1;
    const server = await startPacedServer({ "content-type": contentType }, [
      joined(0, last),
      joined(last),
    ]);
    const model = create(server.url.slice(0, -1));
    const tokens: string[] = [];
    const hear = ({ text }: AIMessageChunk) => {
      if (text === "") return;
      tokens.push(text);
      server.took();
    };
    for await (const chunk of await model.stream("Do cats eat bats?")) hear(chunk);
    for (const chunk of model.streamSync("Do cats eat bats?")) hear(chunk);
    await server.close();
    expect(tokens).toEqual(["Not", " the", " same", "Not", " the", " same"]);
  });

  it("takes a stream that ends before its end for cut off", async () => {
    const { contentType, joined, endFrames } = framesOf("Not", " the");
    const server = await serve(200, contentType, joined(0, -endFrames));
    const model = create(server.origin, { maxRetries: 0 });
    const error: unknown = await model.invoke("Hi").catch((caught: unknown) => caught);
    server.close();
    expect(TruncatedStreamError.isInstance(error)).toBe(true);
    expect((error as TruncatedStreamError).partial).toBe("Not the");
  });
});

const KEYED = CHAT_EXAMPLES.flatMap(({ name, create, key }) =>
  key ? [{ name, create, key }] : [],
);

describe.each(KEYED)("The chat example $name", ({ create, key: [header, variable] }) => {
  it("sends the key of the environment, and shows it to nobody", async () => {
    vi.stubEnv(variable, "sk-secret");
    const server = await serve(401, "application/json", JSON.stringify(wireError));
    const model = create(server.origin, { maxRetries: 0 });
    const error: unknown = await model.invoke("Hi").catch((caught: unknown) => caught);
    server.close();
    expect(server.headers?.[header]).toMatch(/^(Bearer )?sk-secret$/);
    expect(HttpStatusError.isInstance(error) && error.message).toContain("invalid key");
    expect(JSON.stringify([model, error]) + String(error)).not.toContain("sk-secret");
  });
});

const wireError = { error: { message: "invalid key" } };

/** A server that gives one answer. */
async function serve(status: number, contentType: string, body: string | Uint8Array) {
  const seen: { headers?: IncomingHttpHeaders } = {};
  const server = createServer(({ headers }, response) => {
    seen.headers = headers;
    response.writeHead(status, { "content-type": contentType }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    get headers() {
      return seen.headers;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
