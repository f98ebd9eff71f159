import {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
  coerceMessageLikeToMessage,
  mapStoredMessagesToChatMessages,
  type BaseMessage,
  type ContentBlock,
  type MessageOutputVersion,
  type StoredMessage,
} from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HookError } from "http-streaming-llm";
import { toOpenAIMessages, type OpenAIMessage } from "http-streaming-llm/openai";
import { collector, cutAnswer, RUNS, throughPipeline, version } from "../../helpers/chat-deltas.js";

const one = (message: BaseMessage): OpenAIMessage => toOpenAIMessages([message])[0]!;
const user = (...content: ContentBlock[]) => one(new HumanMessage({ content })).content;
const PNG = "iVBORw0KGgo=";

describe("toOpenAIMessages", () => {
  it("gives messages that can be asked for their calls and results, whatever their role is", () => {
    const call = { id: "call_1", name: "get_weather", args: { city: "Oxford" } };
    const messages = toOpenAIMessages([
      new HumanMessage("How is the weather?"),
      new AIMessage({ content: "", tool_calls: [call] }),
      new ToolMessage({ tool_call_id: "call_1", content: "rain" }),
    ]);
    const names = messages.map(({ tool_calls }) => tool_calls?.map((made) => made.function.name));
    expect(names).toEqual([undefined, ["get_weather"], undefined]);
    const results = messages.map((message): string | undefined => message.tool_call_id);
    expect(results).toEqual([undefined, undefined, "call_1"]);
    const answers = messages.flatMap((message) => {
      return message.role === "assistant" ? (message.tool_calls ?? []) : [];
    });
    expect(answers.map(({ id }) => id)).toEqual(["call_1"]);
  });

  it("names the roles", () => {
    const messages = [
      new SystemMessage("Be brief."),
      coerceMessageLikeToMessage({ role: "developer", content: "No jokes." }),
      new HumanMessage("Hi"),
      new AIMessage("Hello"),
      new ToolMessage({ content: "22", tool_call_id: "a" }),
      new ChatMessage({ content: "A document", role: "document" }),
    ];
    expect(toOpenAIMessages(messages)).toEqual([
      { role: "system", content: "Be brief." },
      { role: "developer", content: "No jokes." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "tool", content: "22", tool_call_id: "a" },
      { role: "document", content: "A document" },
    ]);
  });

  it("keeps names", () => {
    const named = { content: "x", name: "ann" };
    const messages = [new SystemMessage(named), new HumanMessage(named), new AIMessage(named)];
    expect(toOpenAIMessages(messages).map(({ name }) => name)).toEqual(["ann", "ann", "ann"]);
    expect(one(new ToolMessage({ ...named, tool_call_id: "a" }))).toHaveProperty("name", "ann");
    expect(one(new HumanMessage("x"))).not.toHaveProperty("name");
  });

  it("leaves out the name that agents without one write on answers", () => {
    const named = { content: "x", name: "model" };
    expect(one(new AIMessage(named))).not.toHaveProperty("name");
    expect(one(new HumanMessage(named))).toHaveProperty("name", "model");
  });

  it("gives tool calls with their arguments as JSON, and an empty content where there is none", () => {
    const tool_calls = [
      { id: "a", name: "weather", args: { city: "Paris" } },
      { id: "b", name: "now", args: {} },
    ];
    expect(one(new AIMessage({ content: "", tool_calls }))).toEqual({
      role: "assistant",
      content: "",
      tool_calls: [
        { id: "a", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } },
        { id: "b", type: "function", function: { name: "now", arguments: "{}" } },
      ],
    });
    expect(one(new AIMessage({ content: "Hm.", tool_calls })).content).toBe("Hm.");
    expect(one(new AIMessage("")).content).toBe("");
  });

  it("gives the results of tools", () => {
    const fields = { tool_call_id: "a", status: "error" as const };
    expect(one(new ToolMessage({ content: "boom", ...fields }))).toEqual({
      role: "tool",
      content: "boom",
      tool_call_id: "a",
    });
  });

  it("sends no reasoning unless it is told where to", () => {
    const v0 = new AIMessage({
      content: "text",
      additional_kwargs: { reasoning_content: "thought" },
    });
    const v1 = new AIMessage({
      content: [
        { type: "reasoning", reasoning: "thou" },
        { type: "text", text: "text" },
        { type: "reasoning", reasoning: "ght" },
      ],
      response_metadata: { output_version: "v1" },
    });
    for (const message of [v0, v1]) {
      expect(one(message)).toEqual({ role: "assistant", content: "text" });
      expect(toOpenAIMessages([message], { reasoningField: "reasoning_content" })).toEqual([
        { role: "assistant", content: "text", reasoning_content: "thought" },
      ]);
    }
  });

  it.each<[unknown, RegExp]>([
    [new HumanMessage("secret"), /is no array.*\[message\]/],
    ["secret", /is no array/],
    [undefined, /is no array/],
    [[{ role: "user", content: "secret" }], /what is no message of LangChain's has no form/],
  ])("refuses what are no messages: %#", (messages, message) => {
    const read = () => toOpenAIMessages(messages as never);
    expect(read).toThrow(HookError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/secret/);
  });

  it("refuses an option that it does not have", () => {
    for (const options of [{ reasoning_field: "r" }, { reasoningField: true }, "r"]) {
      expect(() => toOpenAIMessages([], options as object)).toThrow(HookError);
    }
  });

  it("gives a refusal, of either version", () => {
    const v0 = new AIMessage({ content: "", additional_kwargs: { refusal: "No." } });
    const v1 = new AIMessage({ content: [{ type: "refusal", refusal: "No." }] });
    for (const message of [v0, v1]) {
      expect(one(message)).toEqual({ role: "assistant", content: "", refusal: "No." });
    }
  });

  it("leaves out of an answer what its own provider alone wants back", () => {
    const types = [
      ...["non_standard", "redacted_thinking", "server_tool_call", "server_tool_call_result"],
      ...["server_tool_use", "mcp_tool_use", "web_search_tool_result"],
    ];
    const text = { type: "text", text: "Rain." };
    const content = [...types.map((type) => ({ type })), text];
    expect(one(new AIMessage({ content }))).toEqual({ role: "assistant", content: "Rain." });
    for (const type of types) expect(() => user({ type })).toThrow(HookError);
    expect(() => one(new AIMessage({ content: [{ type: "video" }] }))).toThrow(/"video"/);
  });

  it("leaves out what other providers repeat in the content of a tool call", () => {
    const message = new AIMessage({
      content: [
        { type: "thinking", thinking: "hm", signature: "s" },
        { type: "text", text: "Let me see." },
        { type: "tool_use", id: "a", name: "now", input: {} },
      ],
      tool_calls: [{ id: "a", name: "now", args: {} }],
    });
    expect(one(message)).toEqual({
      role: "assistant",
      content: "Let me see.",
      tool_calls: [{ id: "a", type: "function", function: { name: "now", arguments: "{}" } }],
    });
  });

  it("refuses what the wire cannot say, and says what to write instead", () => {
    const refused: [string, () => unknown, RegExp, RegExp][] = [
      ["video", () => user({ type: "video", url: "https://x/y" }), /"video"/, /leave it out/],
      [
        "an unknown block",
        () => user({ type: "non_standard", value: {} }),
        /"non_standard"/,
        /text/,
      ],
      ["an image id", () => user({ type: "image", fileId: "f" }), /image without/, /its data/],
      ["audio by url", () => user({ type: "audio", url: "https://x/y" }), /audio without/, /Fetch/],
      [
        "audio of another format",
        () => user({ type: "audio", data: "x", mimeType: "audio/flac" }),
        /audio\/flac/,
        /input_audio/,
      ],
      ["a file by url", () => user({ type: "file", url: "https://x/y" }), /by its url/, /Fetch/],
      [
        "untyped data",
        () => user({ type: "image", data: PNG }),
        /without a mimeType/,
        /image\/png/,
      ],
      [
        "untyped data in a URL",
        () => user({ type: "file", url: "data:;base64,JVBERg==" }),
        /without a mimeType/,
        /Give the block one/,
      ],
      ["text that is none", () => user({ type: "text", text: {} }), /of type object/, /a string/],
      ["empty text", () => user({ type: "text-plain", fileId: "f" }), /without text/, /its text/],
      [
        "a function message",
        () => one(new FunctionMessage({ content: "x", name: "f" })),
        /FunctionMessage/,
        /ToolMessage/,
      ],
      [
        "a function call",
        () => {
          const additional_kwargs = { ["function_call"]: { name: "f", arguments: "{}" } };
          return one(new AIMessage({ content: "", additional_kwargs }));
        },
        /function_call/,
        /tool_calls/,
      ],
      ["a removal", () => one(new RemoveMessage({ id: "x" })), /"remove"/, /HumanMessage/],
      ...[HumanMessage, AIMessage, ToolMessage].map(
        (Message): [string, () => unknown, RegExp, RegExp] => {
          const fields = { content: { a: 1 } as unknown as string, tool_call_id: "1" };
          return [
            `an object in place of content in ${Message.name}`,
            () => one(new Message(fields)),
            /neither text nor a list/,
            /as JSON text/,
          ];
        },
      ),
      [
        "a call without an id",
        () => one(new AIMessage({ content: "", tool_calls: [{ name: "now", args: {} }] })),
        /"now" without an id/,
        /tool_call_id/,
      ],
    ];
    for (const [what, convert, said, instead] of refused) {
      expect(convert, what).toThrow(HookError);
      expect(convert, what).toThrow(said);
      expect(convert, what).toThrow(instead);
    }
  });

  it("takes back what a model streamed, the same for both versions of content", () => {
    const asHistory = (deltas: Parameters<typeof throughPipeline>[0], as: MessageOutputVersion) => {
      const answer = collector(as);
      for (const delta of throughPipeline(deltas)) answer.add(delta);
      return one(answer.message());
    };
    fc.assert(
      fc.property(cutAnswer, version, ({ once, again }, outputVersion) => {
        const isText = once.every(({ blocks }) => blocks === undefined);
        fc.pre(isText);
        const history = asHistory(once, "v0");
        expect(asHistory(again, outputVersion)).toEqual(history);
        const text = once.map((delta) => delta.text ?? "").join("");
        expect(history.content).toBe(text);
      }),
      RUNS,
    );
  });

  it("takes messages that were stored and loaded", () => {
    const chunk = new AIMessageChunk({
      content: "",
      tool_call_chunks: [{ index: 0, id: "a", name: "f", args: '{"x": 1}' }],
    });
    const stored = JSON.parse(JSON.stringify(chunk.toDict())) as StoredMessage;
    const [loaded] = mapStoredMessagesToChatMessages([stored]);
    expect(one(loaded!)).toEqual(one(chunk));
  });
});
