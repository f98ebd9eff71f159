import { load } from "@langchain/core/load";
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  ToolMessage,
  mapChatMessagesToStoredMessages,
  mapStoredMessagesToChatMessages,
  type AIMessageFields,
  type BaseMessage,
  type StoredMessage,
} from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HookError, StreamedMessageChunk } from "http-streaming-llm";
import { toOpenAIToolCalls } from "../../../src/openai/tool-calls.js";
import { toOpenAIMessages, type OpenAIAssistantMessage } from "http-streaming-llm/openai";
import { refusalOf } from "../../helpers/strict-history.js";
import { collector, throughPipeline } from "../../helpers/chat-deltas.js";
import { budget } from "../../helpers/properties.js";

const CUT = '{"path":"a","text":"once';
const valid = (id: string) => ({ id, name: "write", args: { path: "a" } });
const invalid = (id: string, args = CUT) => ({ id, name: "write", args, error: "cut off" });
const result = (id: string) => new ToolMessage({ content: "Done.", tool_call_id: id });
const cutOff = (id: string) => new ToolMessage({ content: "It was cut off.", tool_call_id: id });
const GO_ON = new HumanMessage("Go on");
const QUOTED = JSON.stringify({ invalid_arguments: CUT });

const said = (fields: AIMessageFields) => new AIMessage({ content: "", ...fields });
/** The ids and arguments of the calls that are sent, per answer. */
function calls(...messages: BaseMessage[]): string[][] {
  return toOpenAIMessages(messages)
    .filter((message): message is OpenAIAssistantMessage => message.role === "assistant")
    .map(({ tool_calls = [] }) => {
      return tool_calls.map(({ id, function: called }) => `${id} ${called.arguments}`);
    });
}

/** An answer with a cut call, in all the forms in which LangChain's messages have one. */
function cutAnswers(id: string): [form: string, message: BaseMessage][] {
  const chunk = { index: 0, id, name: "write", args: CUT };
  const call = { type: "invalid_tool_call", ...invalid(id) };
  const response_metadata = { output_version: "v1" as const, finish_reason: "length" };
  const content = [{ type: "text", text: "Writing." }];
  return [
    ["v0", said({ content: "Writing.", invalid_tool_calls: [invalid(id)] })],
    ["blocks", said({ content, invalid_tool_calls: [invalid(id)] })],
    ["v1", said({ content: [...content, call], response_metadata })],
    ["v1, both", said({ content: [...content, call], invalid_tool_calls: [invalid(id)] })],
    [
      "v1 of chunks",
      said({ content: [...content, { type: "tool_call_chunk", ...chunk }], response_metadata }),
    ],
    [
      "a streamed message",
      new StreamedMessageChunk({
        content: "Writing.",
        tool_call_chunks: [chunk],
        response_metadata: { finish_reason: "length" },
      }),
    ],
    ["a chunk", new AIMessageChunk({ content: "Writing.", tool_call_chunks: [chunk] })],
    [
      "a chunk whose pieces were not put together",
      new AIMessageChunk({
        content: "Writing.",
        tool_call_chunks: [
          { ...chunk, args: CUT.slice(0, 5) },
          { index: 0, args: CUT.slice(5) },
        ],
      }),
    ],
    [
      "another provider's",
      said({
        content: [...content, { type: "tool_use", id, name: "write", input: CUT }],
        invalid_tool_calls: [invalid(id)],
      }),
    ],
  ];
}

describe("toOpenAIToolCalls", () => {
  it("leaves a call out that was not valid and that nobody answered; the text stays", () => {
    for (const [form, message] of cutAnswers("a")) {
      const sent = toOpenAIMessages([new HumanMessage("Write"), message, GO_ON]);
      expect(sent[1], form).toEqual({ role: "assistant", content: "Writing." });
      expect(refusalOf(sent), form).toBeUndefined();
    }
    const nameless = said({ invalid_tool_calls: [{ args: CUT }, { id: "a" }] });
    expect(toOpenAIMessages([nameless, GO_ON])[0]).toEqual({ role: "assistant", content: "" });
  });

  it("gives a call that was not valid and is answered a JSON object, with what the model wrote", () => {
    for (const [form, message] of cutAnswers("a")) {
      const sent = toOpenAIMessages([new HumanMessage("Write"), message, cutOff("a"), GO_ON]);
      expect(sent[1], form).toEqual({
        role: "assistant",
        content: "Writing.",
        tool_calls: [{ id: "a", type: "function", function: { name: "write", arguments: QUOTED } }],
      });
      expect(refusalOf(sent), form).toBeUndefined();
    }
  });

  it.each([
    ["", "{}"],
    [" \n", "{}"],
    ["null", '{"invalid_arguments":"null"}'],
    ['["a"]', '{"invalid_arguments":"[\\"a\\"]"}'],
    ['"a"', '{"invalid_arguments":"\\"a\\""}'],
    ["{path: 'a'}", `{"invalid_arguments":"{path: 'a'}"}`],
    ["\u0000\ud800", '{"invalid_arguments":"\\u0000\\ud800"}'],
    // Its arguments are none that the tool takes.
    ['{"paht": "a"}', '{"paht": "a"}'],
  ])("gives the arguments %j as %s", (args, sent) => {
    expect(calls(said({ invalid_tool_calls: [invalid("a", args)] }), cutOff("a"))).toEqual([
      [`a ${sent}`],
    ]);
  });

  it("gives an answered call without a name or arguments both", () => {
    const message = said({ invalid_tool_calls: [{ id: "a" }] });
    expect(toOpenAIMessages([message, cutOff("a")])[0]).toHaveProperty("tool_calls", [
      { id: "a", type: "function", function: { name: "unknown", arguments: "{}" } },
    ]);
  });

  it("keeps valid calls, answered or not, beside those that were not valid", () => {
    const message = said({ tool_calls: [valid("a")], invalid_tool_calls: [invalid("b")] });
    expect(calls(message)).toEqual([['a {"path":"a"}']]);
    expect(calls(message, result("a"))).toEqual([['a {"path":"a"}']]);
    expect(calls(message, result("a"), cutOff("b"))).toEqual([['a {"path":"a"}', `b ${QUOTED}`]]);
    expect(() => calls(said({ tool_calls: [{ name: "write", args: {} }] }))).toThrow(HookError);
  });

  it("knows a result from further on in the history", () => {
    const message = said({ invalid_tool_calls: [invalid("a")] });
    expect(calls(message, new AIMessage("Hm."), GO_ON, cutOff("a"))).toEqual([[`a ${QUOTED}`], []]);
    expect(calls(cutOff("a"), message)).toEqual([[]]);
  });

  it("takes a result for the nearest call of its id: ids come again", () => {
    const cut = said({ invalid_tool_calls: [invalid("a")] });
    const whole = said({ tool_calls: [valid("a")] });
    const [quoted, called] = [[`a ${QUOTED}`], ['a {"path":"a"}']];
    expect(calls(cut, GO_ON, whole, result("a"))).toEqual([[], called]);
    expect(calls(whole, result("a"), cut, GO_ON)).toEqual([called, []]);
    expect(calls(cut, cutOff("a"), cut, GO_ON)).toEqual([quoted, []]);
    expect(calls(cut, GO_ON, cut, cutOff("a"))).toEqual([[], quoted]);
    expect(calls(cut, cutOff("a"), cut, cutOff("a"))).toEqual([quoted, quoted]);
    // In one answer, the valid call comes before the other.
    const both = said({ tool_calls: [valid("a")], invalid_tool_calls: [invalid("a")] });
    expect(calls(both, result("a"))).toEqual([called]);
    expect(calls(both, result("a"), cutOff("a"))).toEqual([[...called, ...quoted]]);
  });

  it("takes calls from the content where the message has them nowhere else", () => {
    const blocks = [
      { type: "tool_call", ...valid("a") },
      { type: "tool_use", id: "a", name: "write", input: { path: "a" } },
      { type: "tool_use", id: "a", name: "write", input: '{"path":"a"}' },
      { type: "tool_call_chunk", index: 0, id: "a", name: "write", args: '{"path":"a"}' },
    ];
    for (const block of blocks) {
      const content = [{ type: "text", text: "Hm." }, block];
      for (const tool_calls of [[], [valid("a")]]) {
        expect(toOpenAIMessages([new AIMessage({ content, tool_calls }), result("a")])[0]).toEqual({
          role: "assistant",
          content: "Hm.",
          tool_calls: [
            { id: "a", type: "function", function: { name: "write", arguments: '{"path":"a"}' } },
          ],
        });
      }
    }
  });

  it("takes an answer that was written as JSON and read again, in each of LangChain's ways", async () => {
    const deltas = [
      { text: "Hm.", toolCalls: [{ index: 0, id: "a", name: "write", args: '{"path":"a"}' }] },
      { toolCalls: [{ index: 1, id: "b", name: "write", args: CUT }], finishReason: "length" },
    ];
    for (const version of ["v0", "v1"] as const) {
      const answer = collector(version);
      for (const delta of throughPipeline(deltas)) answer.add(delta);
      const chunk = answer.message();
      const fields: object = { ...chunk };
      const message = new AIMessage(fields);
      const again = JSON.parse(JSON.stringify({ ...message })) as AIMessageFields;
      const stored = JSON.stringify(mapChatMessagesToStoredMessages([message]));
      const [read] = mapStoredMessagesToChatMessages(JSON.parse(stored) as StoredMessage[]);
      const forms: [string, BaseMessage][] = [
        ["streamed", chunk],
        ["finished", message],
        ["its fields", new AIMessage(again)],
        ["its JSON", await load<AIMessage>(JSON.stringify(message))],
        ["its stored form", read!],
      ];
      for (const [form, taken] of forms) {
        const called = calls(taken, result("a"), cutOff("b"));
        expect(called, `${version}, ${form}`).toEqual([['a {"path":"a"}', `b ${QUOTED}`]]);
        expect(calls(taken, result("a")), form).toEqual([['a {"path":"a"}']]);
        expect(toOpenAIMessages([taken])[0]?.content, form).toBe("Hm.");
      }
    }
  });

  it("does not take a chunk that LangChain read again at its word about a cut call", async () => {
    const chunk = new AIMessageChunk({
      content: "",
      tool_call_chunks: [
        { index: 0, id: "a", name: "write", args: '{"path":"a"}' },
        { index: 1, id: "b", name: "write", args: CUT },
        { index: 2, id: "c", name: "now", args: "" },
      ],
    });
    const read = await load<AIMessageChunk>(JSON.stringify(chunk));
    expect(read.tool_calls?.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(calls(read, result("a"), result("c"))).toEqual([['a {"path":"a"}', "c {}"]]);
  });

  it("finds calls as OpenAI wrote them, which a chunk does not read itself, and each once", () => {
    const named = { name: "read", arguments: '{"path":"a"}' };
    const raw = { tool_calls: [{ id: "a", type: "function", function: named }] };
    const read = { id: "a", name: "read", args: { path: "a" } };
    for (const tool_calls of [[], [read]]) {
      const chunk = new AIMessageChunk({
        content: "",
        tool_calls,
        additional_kwargs: raw as never,
      });
      expect(calls(chunk, result("a"))).toEqual([['a {"path":"a"}']]);
    }
  });

  it("goes by LangChain's calls where there are any: some were taken out, or have another id", () => {
    const raw = (id: string) => ({
      id,
      type: "function" as const,
      function: { name: "read", arguments: "{}" },
    });
    const additional_kwargs = { tool_calls: [raw("a"), raw("b")] };
    const message = new AIMessage({
      content: "",
      tool_calls: [{ id: "new", name: "read", args: {} }],
      additional_kwargs,
    });
    expect(calls(message, result("new"))).toEqual([["new {}"]]);
    // A person approved of one of two calls (v1).
    const asked = { id: "a", name: "read", args: {} };
    const both = new AIMessage({
      content: [
        { type: "tool_call", ...asked },
        { type: "tool_call", ...asked, id: "b" },
      ],
      response_metadata: { output_version: "v1" },
    });
    both.tool_calls = [asked];
    expect(calls(both, result("a"))).toEqual([["a {}"]]);
  });

  it("refuses a function_call, which has no id, where nothing else says it", () => {
    const additional_kwargs = { function_call: { name: "read", arguments: "{}" } };
    const message = new AIMessage({ content: "", additional_kwargs });
    expect(() => toOpenAIMessages([message])).toThrow(/function_call.*Write it as a tool call/);
    const tool_calls = [{ id: "a", name: "read", args: {} }];
    const both = new AIMessage({ content: "", tool_calls, additional_kwargs });
    expect(calls(both, result("a"))).toEqual([["a {}"]]);
  });

  it("takes null for what is absent, as JSON of LangChain for Python has it", () => {
    const fields = JSON.parse(
      '{"content":null,"name":null,"id":null,"tool_calls":null,"additional_kwargs":null,"invalid_tool_calls":[{"id":"a","name":null,"args":null,"error":null},{"id":null,"name":"f","args":"{"}]}',
    ) as AIMessageFields;
    expect(toOpenAIMessages([new AIMessage(fields), cutOff("a")])[0]).toEqual({
      role: "assistant",
      content: "",
      tool_calls: [{ id: "a", type: "function", function: { name: "unknown", arguments: "{}" } }],
    });
  });

  it("makes a conversation that strict servers take of any whose valid calls are answered", () => {
    const call = fc.record({
      id: fc.constantFrom("a", "b", "c"),
      args: fc.constantFrom("{}", '{"path":"a"}', CUT, "", "[1]", "nonsense"),
      isAnswered: fc.boolean(),
    });
    const turn = fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), (turns) => {
        const messages = turns.flatMap((made): BaseMessage[] => {
          const isWhole = ({ args }: { args: string }) => args.startsWith("{") && args !== CUT;
          const answered = made.filter((one) => one.isAnswered || isWhole(one));
          return [
            new HumanMessage("Write"),
            said({
              tool_calls: made.filter(isWhole).map(({ id }) => valid(id)),
              invalid_tool_calls: made
                .filter((one) => !isWhole(one))
                .map((one) => invalid(one.id, one.args)),
            }),
            ...answered.map(({ id }) => result(id)),
          ];
        });
        const sent = toOpenAIMessages(messages);
        expect(refusalOf(sent)).toBeUndefined();
        expect(sent).toHaveLength(messages.length);
      }),
      budget(2),
    );
  });
});

describe("toOpenAIToolCalls", () => {
  it("gives the calls of each message, none for others", () => {
    const messages = [GO_ON, said({ tool_calls: [valid("a")] }), result("a")];
    const call = {
      id: "a",
      type: "function",
      function: { name: "write", arguments: '{"path":"a"}' },
    };
    expect(toOpenAIToolCalls(messages)).toEqual([[], [call], []]);
  });
});
