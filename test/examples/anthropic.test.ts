import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import type { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { AnthropicChat } from "../../examples/anthropic-messages.js";
import type { ChatFields } from "../../examples/support/show-chat.js";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { rejection } from "../helpers/delta-llm.js";
import { partialOf } from "../helpers/exit-models.js";
import { everyPath } from "../helpers/every-path.js";

const server = useScriptedServer();

type Record = { type: string } & { [field: string]: unknown };

const block = (index: number, content_block: Record, ...deltas: object[]): Record[] => [
  { type: "content_block_start", index, content_block },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];
const start = (usage: object): Record => ({
  type: "message_start",
  message: { id: "msg_1", model: "claude", usage },
});
const end = (usage: object, stop_reason = "end_turn"): Record[] => [
  { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
  { type: "message_stop" },
];

/** A model whose server sends these events. */
function model(records: readonly Record[], fields: Partial<ChatFields> = {}): AnthropicChat {
  // The provider pads its events with blanks.
  const texts = records.map((record) => JSON.stringify(record).replace(/}$/, "   }"));
  const steps = records.map(({ type }, at) => ({ text: `event: ${type}\ndata: ${texts[at]}\n\n` }));
  const chat = new AnthropicChat({ baseUrl: server.origin, model: "claude", ...fields });
  const headers = { "content-type": "text/event-stream" };
  chat.endpoint = new URL(server.url({ path: "/v1/messages", headers, steps }));
  return chat;
}

async function lastBody(): Promise<{ messages: unknown[] } & { [field: string]: unknown }> {
  return JSON.parse((await server.log()).at(-1)!.body) as never;
}

const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} };
const found = {
  type: "web_search_tool_result",
  tool_use_id: "srvtoolu_1",
  content: [{ type: "web_search_result", url: "https://a", encrypted_content: "x" }],
};
const citation = {
  type: "web_search_result_location",
  ...{ url: "https://a", title: "A", cited_text: "It rains.", encrypted_index: "e" },
};
const redacted = { type: "redacted_thinking", data: "sealed" };

/** All that the provider has, and what has to go back of it. */
const ANSWER: Record[] = [
  start({ input_tokens: 4, cache_read_input_tokens: 1165, output_tokens: 1 }),
  { type: "ping" },
  ...block(
    0,
    { type: "thinking", thinking: "", signature: "" },
    { type: "thinking_delta", thinking: "I have " },
    { type: "thinking_delta", thinking: "to look." },
    { type: "signature_delta", signature: "s1" },
  ),
  ...block(1, redacted),
  ...block(
    2,
    search,
    { type: "input_json_delta", partial_json: '{"query": ' },
    { type: "input_json_delta", partial_json: '"weather"}' },
  ),
  ...block(3, found),
  ...block(
    4,
    { type: "thinking", thinking: "Rain.", signature: "s2" },
    { type: "thinking_delta", thinking: "" },
  ),
  ...block(5, { type: "text", text: "Look: " }, { type: "text_delta", text: "they say " }),
  ...block(
    6,
    { type: "text", text: "", citations: [] },
    { type: "citations_delta", citation },
    { type: "text_delta", text: "it " },
    { type: "text_delta", text: "rains" },
  ),
  ...block(7, { type: "text", text: "" }, { type: "text_delta", text: "." }),
  ...block(8, { type: "tool_use", id: "toolu_1", name: "umbrella", input: { open: true } }),
  ...block(
    9,
    { type: "tool_use", id: "toolu_2", name: "coat", input: {} },
    { type: "input_json_delta", partial_json: "" },
    { type: "input_json_delta", partial_json: '{"warm":true}' },
  ),
  ...end({ output_tokens: 221 }, "tool_use"),
];

const GOES_BACK = [
  { type: "thinking", thinking: "I have to look.", signature: "s1" },
  redacted,
  { ...search, input: { query: "weather" } },
  found,
  { type: "thinking", thinking: "Rain.", signature: "s2" },
  { type: "text", text: "Look: they say " },
  { type: "text", text: "it rains", citations: [citation] },
  { type: "text", text: "." },
  { type: "tool_use", id: "toolu_1", name: "umbrella", input: { open: true } },
  { type: "tool_use", id: "toolu_2", name: "coat", input: { warm: true } },
];

describe.each(["v0", "v1"] as const)("The Anthropic example (%s)", (outputVersion) => {
  it("reads thoughts, server tools, citations and calls, and sends them back", async () => {
    for (const answer of await everyPath(model(ANSWER, { outputVersion }), "Is it raining?")) {
      expect(answer.text).toBe("Look: they say it rains.");
      expect(answer.tool_calls).toMatchObject([
        { id: "toolu_1", name: "umbrella", args: { open: true } },
        { id: "toolu_2", name: "coat", args: { warm: true } },
      ]);
      expect(answer.invalid_tool_calls).toEqual([]);
      expect(answer.response_metadata.finish_reason).toBe("tool_use");
      expect(citationsOf(answer)).toMatchObject([
        { type: "citation", url: "https://a", title: "A", citedText: "It rains." },
      ]);
      const results = ["toolu_1", "toolu_2"].map((tool_call_id) => {
        return new ToolMessage({ tool_call_id, content: "done" });
      });
      await model([start({}), ...end({})]).invoke([new HumanMessage("?"), answer, ...results]);
      const { messages } = await lastBody();
      expect(messages).toMatchObject([
        { role: "user" },
        { role: "assistant", content: GOES_BACK },
        { role: "user", content: [{ tool_use_id: "toolu_1" }, { tool_use_id: "toolu_2" }] },
      ]);
    }
  });
});

describe("The Anthropic example", () => {
  it("goes on with a conversation of LangChain's own class", async () => {
    const thought = { type: "thinking", thinking: "Rain.", signature: "s" };
    const call = { id: "toolu_1", name: "coat", args: {} };
    const use = { type: "tool_use", id: "toolu_1", name: "coat", input: "" };
    const content = [{ index: 0, ...thought }, redacted, { ...search, index: 2 }, found, use];
    const answer = new AIMessage({ content, tool_calls: [call] });
    const result = new ToolMessage({ tool_call_id: "toolu_1", content: "done" });
    await model([start({}), ...end({})]).invoke([new HumanMessage("?"), answer, result]);
    expect((await lastBody()).messages[1]).toEqual({
      role: "assistant",
      content: [thought, redacted, search, found, { ...use, input: {} }],
    });
  });
});

describe("The Anthropic example", () => {
  it("sends calls back where they stood, if the content is blocks", async () => {
    const use = (id: string) => ({ type: "tool_use", id, name: "coat", input: {} });
    const between = { type: "text", text: "And" };
    const said = [use("a"), between, use("b")];
    const records = [start({}), ...said.flatMap((one, at) => block(at, one)), ...end({})];
    const answer = await model(records, { outputVersion: "v1" }).invoke("?");
    const results = ["a", "b"].map((id) => new ToolMessage({ tool_call_id: id, content: "done" }));
    await model([start({}), ...end({})]).invoke([new HumanMessage("?"), answer, ...results]);
    expect((await lastBody()).messages[1]).toEqual({ role: "assistant", content: said });
  });

  it("keeps from the provider what another signed or did, and sends it the rest", async () => {
    const content = [
      { type: "reasoning", reasoning: "Hm.", signature: "s" },
      { type: "non_standard", value: { executableCode: {} } },
      { type: "text", text: "Rain.", annotations: [{ extras: { segment: {} } }] },
    ];
    const answer = new AIMessage({ content, response_metadata: { provider: "gemini" } });
    await model([start({}), ...end({})]).invoke([new HumanMessage("?"), answer]);
    const text = { type: "text", text: "Rain." };
    expect((await lastBody()).messages[1]).toEqual({ role: "assistant", content: [text] });
  });
});

function citationsOf({ content }: AIMessageChunk): unknown[] {
  if (typeof content === "string") return [];
  return content.flatMap(({ annotations }) => (annotations as unknown[] | undefined) ?? []);
}

describe("The Anthropic example", () => {
  it("counts what came from the cache as input, and adds no report to another", async () => {
    const usageOf = async (first: object, last: object): Promise<unknown> =>
      (await model([start(first), ...end(last)]).invoke("Hi")).usage_metadata;
    const first = {
      input_tokens: 4,
      cache_creation_input_tokens: 10,
      cache_read_input_tokens: 100,
    };
    expect(await usageOf({ ...first, output_tokens: 1 }, { output_tokens: 7 })).toMatchObject({
      ...{ input_tokens: 114, output_tokens: 7, total_tokens: 121 },
      input_token_details: { cache_read: 100, cache_creation: 10 },
    });
    const last = {
      ...first,
      input_tokens: 50,
      cache_creation_input_tokens: null,
      output_tokens: 7,
    };
    expect(await usageOf(first, last)).toMatchObject({ input_tokens: 160, output_tokens: 7 });
    expect(await usageOf({}, {})).toBeUndefined();
  });

  it("sends a call that was not valid if a result answers it, and leaves it out if none does", async () => {
    const invalid = { id: "toolu_1", name: "coat", args: '{"warm":', error: "cut" };
    const broken = new AIMessage({ content: "", invalid_tool_calls: [invalid] });
    const complaint = new ToolMessage({
      ...{ tool_call_id: "toolu_1", content: "Again?" },
      status: "error",
    });
    const ask = async (...history: (AIMessage | ToolMessage)[]) => {
      await model([start({}), ...end({})]).invoke([new HumanMessage("?"), ...history]);
      return (await lastBody()).messages;
    };
    const user = { role: "user", content: [{ type: "text", text: "?" }] };
    const input = { invalid_arguments: '{"warm":' };
    const content = [{ type: "text", text: "Again?" }];
    expect(await ask(broken, complaint)).toEqual([
      user,
      { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "coat", input }] },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "toolu_1", is_error: true, content }],
      },
    ]);
    expect(await ask(broken)).toEqual([user]);
  });

  it("ends with the provider's error, and begins again where it was overloaded", async () => {
    const failed = { type: "error", error: { type: "api_error", message: "Overheated" } };
    const begun = [start({}), ...block(0, { type: "text", text: "Hel" }), { type: "ping" }];
    const error = await rejection(model([...begun, failed], { maxRetries: 0 }).invoke("Hi"));
    expect(error).toMatchObject({ providerType: "api_error" });
    expect((error as Error).message).toContain("Overheated");
    expect(partialOf(error)).toBe("Hel");

    const overloaded = {
      type: "error",
      error: { type: "overloaded_error", message: "Overloaded" },
    };
    const refused = model([overloaded], { maxRetries: 1 });
    expect(((await rejection(refused.invoke("Hi"))) as Error).message).toContain("Tried 2 times");
  });

  it("sends how to draw the answer, the call's wishes before the constructor's", async () => {
    const records = [start({}), ...end({})];
    await model(records, { temperature: 0.5, maxTokens: 9 }).invoke("Hi", { maxTokens: 99 });
    expect(await lastBody()).toMatchObject({ temperature: 0.5, max_tokens: 99 });
  });
});
