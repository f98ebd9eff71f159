import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { OllamaChat } from "../../examples/ollama-chat.js";
import { OllamaLLM } from "../../examples/ollama-generate.js";
import { OpenAIChat } from "../../examples/openai-chat.js";
import { CompletionsLLM } from "../../examples/openai-completions.js";
import type { ChatFields } from "../../examples/support/show-chat.js";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { everyPath } from "../helpers/every-path.js";

const server = useScriptedServer();

const events = (...records: object[]) =>
  server.url({
    headers: { "content-type": "text/event-stream" },
    steps: [...records.map((record) => JSON.stringify(record)), "[DONE]"].map((data) => {
      return { text: `data: ${data}\n\n` };
    }),
  });
const lines = (...records: object[]) =>
  server.url({
    headers: { "content-type": "application/x-ndjson" },
    steps: records.map((record) => ({ text: `${JSON.stringify(record)}\n` })),
  });

function openai(records: readonly object[], fields: Partial<ChatFields> = {}): OpenAIChat {
  const chat = new OpenAIChat({ baseUrl: server.origin, model: "m", ...fields });
  chat.endpoint = events(...records);
  return chat;
}

function ollama(records: readonly object[], fields: Partial<ChatFields> = {}): OllamaChat {
  const chat = new OllamaChat({ baseUrl: server.origin, model: "m", ...fields });
  chat.endpoint = new URL(lines(...records));
  return chat;
}

async function lastBody(): Promise<{ [field: string]: unknown }> {
  return JSON.parse((await server.log()).at(-1)!.body) as never;
}

const choice = (delta: object | undefined, finish_reason: string | null = null, index = 0) => ({
  ...{ id: "c1", model: "m" },
  choices: [{ index, finish_reason, ...(delta && { delta }) }],
});

describe("The OpenAI example", () => {
  it("reads one of several choices, however they are interleaved", async () => {
    const records = [
      choice({ content: "other" }, null, 1),
      choice({ content: "Hel" }),
      choice({}, "length", 1),
      choice({ content: "lo" }),
      choice({}, "stop"),
    ];
    for (const answer of await everyPath(openai(records), "Hi")) {
      expect(answer.text).toBe("Hello");
      expect(answer.response_metadata.finish_reason).toBe("stop");
    }
  });

  it("reads records without choices, choices without a delta, and either name of reasoning", async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 5 };
    const records = [
      { choices: [], prompt_filter_results: [] },
      choice({ reasoning: "I " }),
      choice({ reasoning_content: "think.", content: null, tool_calls: null }),
      choice({ content: "Hi" }),
      choice(undefined, "stop"),
      {
        usage: {
          ...usage,
          prompt_tokens_details: { cached_tokens: 8 },
          completion_tokens_details: { reasoning_tokens: 3 },
        },
      },
    ];
    for (const answer of await everyPath(openai(records), "Hi")) {
      expect(answer.contentBlocks).toMatchObject([
        { type: "reasoning", reasoning: "I think." },
        { type: "text", text: "Hi" },
      ]);
      expect(answer.usage_metadata).toEqual({
        ...{ input_tokens: 9, output_tokens: 5, total_tokens: 14 },
        ...{ input_token_details: { cache_read: 8 }, output_token_details: { reasoning: 3 } },
      });
    }
  });

  it("sends how to draw the answer, the call's wishes before the constructor's", async () => {
    const fields = { temperature: 0.5, maxTokens: 9, seed: 1 };
    await openai([choice({}, "stop")], fields).invoke("Hi", { maxTokens: 99, temperature: 0 });
    expect(await lastBody()).toMatchObject({ temperature: 0, max_tokens: 99, seed: 1 });
    const completions = new CompletionsLLM({ baseUrl: "", model: "m", ...fields });
    completions.endpoint = events({ choices: [{ text: "Hi", finish_reason: "stop" }] });
    await completions.invoke("Hi", { seed: 2 });
    expect(await lastBody()).toMatchObject({ temperature: 0.5, max_tokens: 9, seed: 2 });
  });
});

describe("The Ollama example", () => {
  const END = { model: "m", message: { content: "" }, done: true, done_reason: "stop" };

  it("takes thoughts, calls and results back to the model", async () => {
    const call = (id?: string) => ({ id, function: { name: "now", arguments: {} } });
    const records = [
      { model: "m", message: { content: "", thinking: "What time?" }, done: false },
      { model: "m", message: { content: "", tool_calls: [call("call_1"), call()] }, done: false },
      END,
    ];
    for (const outputVersion of ["v0", "v1"] as const) {
      for (const answer of await everyPath(ollama(records, { outputVersion }), "Hi")) {
        const [first, second] = answer.tool_calls!;
        expect([first!.id, second!.name]).toEqual(["call_1", "now"]);
        const results = [first, second].map((made) => {
          return new ToolMessage({ tool_call_id: made!.id!, content: "Noon." });
        });
        await ollama([END]).invoke([new HumanMessage("Hi"), answer, ...results]);
        const sent = { function: { name: "now", arguments: {} } };
        const result = { role: "tool", content: "Noon.", tool_name: "now" };
        expect((await lastBody()).messages).toEqual([
          { role: "user", content: "Hi" },
          { role: "assistant", content: "", thinking: "What time?", tool_calls: [sent, sent] },
          result,
          result,
        ]);
      }
    }
  });

  it("sends a call that was not valid, if a result answers it", async () => {
    const invalid = { id: "1", name: "now", args: "noon" };
    const broken = new AIMessage({ content: "", invalid_tool_calls: [invalid] });
    const complaint = new ToolMessage({ tool_call_id: "1", content: "Again?" });
    await ollama([END]).invoke([new HumanMessage("Hi"), broken, complaint]);
    const called = { name: "now", arguments: { invalid_arguments: "noon" } };
    expect((await lastBody()).messages).toMatchObject([
      { role: "user" },
      { role: "assistant", tool_calls: [{ function: called }] },
      { role: "tool", tool_name: "now" },
    ]);
  });

  it("sends how to draw the answer, the call's wishes before the constructor's", async () => {
    const fields = { temperature: 0.5, maxTokens: 9, seed: 1 };
    const options = { temperature: 0.5, num_predict: 9, seed: 2 };
    await ollama([END], fields).invoke("Hi", { seed: 2 });
    expect((await lastBody()).options).toEqual(options);
    const llm = new OllamaLLM({ baseUrl: server.origin, model: "m", ...fields });
    llm.endpoint = new URL(lines({ response: "Hi", done: true }));
    await llm.invoke("Hi", { seed: 2 });
    expect((await lastBody()).options).toEqual(options);
  });

  it("says what it cannot send", async () => {
    const image = { type: "image", url: "https://example.com/cat.png" };
    const asked = ollama([END]).invoke([new HumanMessage({ content: [image] })]);
    await expect(asked).rejects.toThrow("Ollama takes an image's data");
  });
});
