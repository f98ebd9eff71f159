import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerChat } from "../../examples/server/chat.mjs";
import { fill } from "../../examples/server/extract.mjs";
import { NGramModel } from "../../examples/server/n-gram-model.mjs";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";
import type { ChatQuestion, Tool } from "../../examples/server/wires/chat-wire.js";

const model = new NGramModel("The Hatter was there. So was the Hare.");
const field = (type: string) => ({ type });
const weather: Tool = {
  name: "getWeather",
  description: "Tells the forecast",
  parameters: { properties: { city: field("string") }, required: ["city"] },
};
const add: Tool = {
  name: "add",
  description: "Sums two numbers up",
  parameters: { properties: { a: field("number"), b: field("number") }, required: ["a", "b"] },
};

function decide(text: string, question: Partial<ChatQuestion> = {}) {
  const turns = [{ role: "user" as const, text }];
  const { parts } = answerChat(model, { turns, tools: [weather, add], stream: true, ...question });
  return parts.map((part) => {
    return part.type === "call" ? `${part.name} ${part.pieces.join("")}` : part.pieces.join("");
  });
}

describe("The embedded chat model", () => {
  it.each([
    ["How is the weather in Oxford?", ['getWeather {"city":"Oxford"}']],
    ["What is the forecast for “the river”?", ['getWeather {"city":"the river"}']],
    [
      "Weather in Oxford and New York?",
      ['getWeather {"city":"Oxford"}', 'getWeather {"city":"New York"}'],
    ],
    ["Add 3 and -4.5", ['add {"a":3,"b":-4.5}']],
    ["Add 3 and 4; the weather in Rome, too", ['getWeather {"city":"Rome"}', 'add {"a":3,"b":4}']],
    ["Ask for the weather in Rome, then add 1 to it", ['getWeather {"city":"Rome"}']],
  ])("calls the tools that are named: %s", (text, calls) => {
    expect(decide(text)).toEqual(calls);
  });

  it("answers with a text where no tool is named, or none may be called", () => {
    for (const text of [decide("Who was there?"), decide("Add 3", { toolChoice: "none" })]) {
      expect(text[0]).toMatch(/^(The|So) /);
    }
  });

  it("calls what must be called", () => {
    expect(decide("Hello", { toolChoice: { name: "add" } })).toEqual(['add {"a":0,"b":0}']);
    expect(decide("Hello", { toolChoice: "required" })).toEqual(['getWeather {"city":"Hello"}']);
    expect(() => decide("Hello", { toolChoice: { name: "subtract" } })).toThrow("no tool subtract");
  });

  it("takes the second step with what the first one found, and then quotes", () => {
    const text = "The weather in Rome, then add 1 to it";
    const first = [
      { role: "user", text },
      { role: "assistant", text: "", calls: [{ id: "a", name: "getWeather" }] },
      { role: "tool", text: "21 degrees", callId: "a" },
    ] as const;
    expect(decide("", { turns: first })).toEqual(['add {"a":1,"b":21}']);
    const second = [
      ...first,
      { role: "assistant", text: "", calls: [{ id: "b", name: "add" }] },
      { role: "tool", text: "22", callId: "b" },
    ] as const;
    expect(decide("", { turns: second })).toEqual(["getWeather says “21 degrees”, add says “22”."]);
  });

  it("says which rule decided, if its reasoning is wanted", () => {
    expect(decide("Add 3 and 4", { thinks: true })[0]).toBe("The user names add.");
  });

  it("fills a schema from a text", () => {
    const schema = {
      properties: {
        name: field("string"),
        age: { anyOf: [field("integer"), field("null")] },
        kind: { enum: ["girl", "rabbit"] },
        is_tired: field("boolean"),
        friends: {
          type: "array",
          items: { type: "object", properties: { name: field("string") } },
        },
        note: field("string"),
        likes: { type: "array", items: { enum: ["tea", "treacle", "tarts"] } },
      },
      required: ["name", "age", "kind", "is_tired"],
    };
    const text = "Alice, a girl of 7, is tired. She knows the Hatter and Dinah, tarts and tea.";
    expect(fill(schema, [text])).toEqual({
      ...{ name: "Alice", age: 7, kind: "girl", is_tired: true },
      friends: [{ name: "Hatter" }, { name: "Dinah" }],
      likes: ["tea", "tarts"],
    });
    expect(fill(schema, ["name: Bill; age = 3"])).toEqual({
      ...{ name: "Bill", age: 3, kind: "girl", is_tired: false, friends: [], likes: [] },
    });
  });
});

describe("The embedded server", () => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await startModelServer({ pauseMs: 0 });
  });
  afterAll(() => server.close());

  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", headers, body: JSON.stringify(body) };
    const response = await fetch(server.origin + path, request);
    return { status: response.status, body: await response.json() };
  };
  const GEMINI = "/v1beta/models/alice:generateContent";
  const tools = [{ type: "function", function: { ...weather } }];

  it("answers in one piece, too, on every chat wire", async () => {
    const [content, args] = ["The weather in Rome?", { city: "Rome" }];
    const messages = [{ role: "user", content }];
    const answers = await Promise.all([
      post("/v1/chat/completions", { messages, tools, reasoning_effort: "low" }),
      post("/api/chat", { messages, tools, think: true, stream: false }),
      post("/v1/messages", {
        ...{ messages, max_tokens: 9, thinking: { type: "enabled" } },
        tools: [{ name: weather.name, input_schema: weather.parameters }],
      }),
      post(GEMINI, {
        contents: [{ role: "user", parts: [{ text: content }] }],
        tools: [
          { functionDeclarations: [{ ...weather, parametersJsonSchema: weather.parameters }] },
        ],
        generationConfig: { thinkingConfig: { includeThoughts: true } },
      }),
    ]);
    const thought = "The user names getWeather.";
    const call = { name: "getWeather", arguments: args };
    const openaiCall = { function: { ...call, arguments: JSON.stringify(args) } };
    expect(answers).toMatchObject([
      {
        status: 200,
        body: {
          choices: [
            {
              message: { reasoning_content: thought, tool_calls: [openaiCall] },
              finish_reason: "tool_calls",
            },
          ],
          usage: { prompt_tokens: 5 },
        },
      },
      { status: 200, body: { message: { thinking: thought, tool_calls: [{ function: call }] } } },
      {
        status: 200,
        body: {
          content: [
            { type: "thinking", thinking: thought, signature: expect.any(String) },
            { type: "tool_use", name: "getWeather", input: args },
          ],
          stop_reason: "tool_use",
          usage: { input_tokens: 5 },
        },
      },
      {
        status: 200,
        body: {
          candidates: [
            {
              content: {
                parts: [
                  { text: thought, thought: true },
                  { functionCall: { name: "getWeather", args } },
                ],
              },
            },
          ],
          usageMetadata: { promptTokenCount: 5 },
        },
      },
    ]);
  });

  it("says what is wrong with a conversation, in each wire's own shape", async () => {
    const tool = { role: "tool", tool_call_id: "x", content: "22" };
    const called = { functionCall: { name: "add" } };
    const used = { role: "assistant", content: [{ type: "tool_use", id: "x", name: "add" }] };
    const answers = await Promise.all([
      post("/v1/chat/completions", { messages: [tool] }),
      post("/v1/chat/completions", { messages: [] }),
      post("/api/chat", { messages: [{ role: "nobody", content: "" }] }),
      post("/v1/messages", { messages: [{ role: "user", content: "Hi" }] }),
      post("/v1/messages", { messages: [used], max_tokens: 9, thinking: { type: "enabled" } }),
      post(GEMINI, { contents: [{ role: "model", parts: [called] }] }),
      post(GEMINI, {
        contents: [
          { role: "model", parts: [called] },
          { role: "user", parts: [{ functionResponse: { name: "add", response: {} } }] },
        ],
        generationConfig: { thinkingConfig: { includeThoughts: true } },
      }),
    ]);
    const refused = (body: object) => ({ status: 400, body });
    expect(answers).toEqual([
      refused({
        error: {
          message: "there is no call for the tool result x",
          type: "invalid_request_error",
          code: null,
        },
      }),
      refused({
        error: {
          message: "messages must be a list with something in it",
          type: "invalid_request_error",
          code: null,
        },
      }),
      refused({ error: "there is no role nobody" }),
      refused({
        type: "error",
        error: { type: "invalid_request_error", message: "max_tokens: Field required" },
      }),
      refused({
        type: "error",
        error: {
          type: "invalid_request_error",
          message:
            "messages: a message with tool_use must start with its thinking block, as it was signed",
        },
      }),
      refused({
        error: {
          code: 400,
          message:
            "there must be as many function response parts as function call parts in the turn before",
          status: "INVALID_ARGUMENT",
        },
      }),
      refused({
        error: {
          code: 400,
          message: "a function call is missing its thoughtSignature",
          status: "INVALID_ARGUMENT",
        },
      }),
    ]);
  });
});
