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
import { HookError, toOpenAIMessages, type OpenAIMessage } from "http-streaming-llm";
import { collector, cutAnswer, RUNS, throughPipeline, version } from "./chat-deltas.js";

const one = (message: BaseMessage): OpenAIMessage => toOpenAIMessages([message])[0]!;
const user = (...content: ContentBlock[]) => one(new HumanMessage({ content })).content;
const PNG = "iVBORw0KGgo=";

describe("toOpenAIMessages", () => {
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

  it("gives tool calls with their arguments as JSON, and no content where there is none", () => {
    const tool_calls = [
      { id: "a", name: "weather", args: { city: "Paris" } },
      { id: "b", name: "now", args: {} },
    ];
    expect(one(new AIMessage({ content: "", tool_calls }))).toEqual({
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } },
        { id: "b", type: "function", function: { name: "now", arguments: "{}" } },
      ],
    });
    expect(one(new AIMessage({ content: "Hm.", tool_calls })).content).toBe("Hm.");
    expect(one(new AIMessage("")).content).toBe("");
  });

  it("keeps calls that were not valid, with what the model wrote", () => {
    const invalid_tool_calls = [{ id: "a", name: "weather", args: '{"city"', error: "cut off" }];
    expect(one(new AIMessage({ content: "", invalid_tool_calls }))).toMatchObject({
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "weather", arguments: '{"city"' } },
      ],
    });
  });

  it("gives the results of tools as text or as parts", () => {
    const fields = { tool_call_id: "a", status: "error" as const };
    expect(one(new ToolMessage({ content: "boom", ...fields }))).toEqual({
      role: "tool",
      content: "boom",
      tool_call_id: "a",
    });
    const content = [{ type: "text", text: "boom" }];
    expect(one(new ToolMessage({ content, ...fields })).content).toEqual(content);
  });

  it("gives text blocks as text parts, without what only LangChain knows", () => {
    expect(user({ type: "text", text: "a", index: 0, annotations: [] })).toEqual([
      { type: "text", text: "a" },
    ]);
    expect(user({ type: "text-plain", text: "b", title: "notes" })).toEqual([
      { type: "text", text: "b" },
    ]);
    const data = Buffer.from("蓝").toString("base64");
    expect(user({ type: "text-plain", data, mimeType: "text/plain" })).toEqual([
      { type: "text", text: "蓝" },
    ]);
    expect(user({ type: "file", source_type: "text", text: "c" })).toEqual([
      { type: "text", text: "c" },
    ]);
  });

  it("gives images, in whichever of LangChain's forms they are", () => {
    const byUrl = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const byData = { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } };
    const url = "https://example.com/a.png";
    expect(
      user(
        { type: "image", url },
        { type: "image", source_type: "url", url },
        { type: "image_url", image_url: url },
        { type: "image_url", image_url: { url } },
      ),
    ).toEqual([byUrl, byUrl, byUrl, byUrl]);
    expect(
      user(
        { type: "image", data: PNG, mimeType: "image/png" },
        { type: "image", data: Uint8Array.from(Buffer.from(PNG, "base64")), mimeType: "image/png" },
        { type: "image", source_type: "base64", data: PNG, mime_type: "image/png" },
        { type: "image", data: `data:image/png;base64,${PNG}` },
      ),
    ).toEqual([byData, byData, byData, byData]);
    const detailed = { type: "image_url", image_url: { url, detail: "low" } };
    expect(user(detailed)).toEqual([detailed]);
  });

  it("gives audio with its format", () => {
    const wav = { type: "input_audio", input_audio: { data: "UklG", format: "wav" } };
    const mp3 = { type: "input_audio", input_audio: { data: "UklG", format: "mp3" } };
    const audio = (mimeType: string) => ({ type: "audio", data: "UklG", mimeType });
    expect(user(audio("audio/wav"), audio("audio/x-wav"), audio("audio/WAV; rate=8000"))).toEqual([
      wav,
      wav,
      wav,
    ]);
    const v0 = { type: "audio", source_type: "base64", data: "UklG", mime_type: "audio/mpeg" };
    expect(user(audio("audio/mp3"), v0)).toEqual([mp3, mp3]);
    const flac = { type: "input_audio", input_audio: { data: "ZkxhQw==", format: "flac" } };
    expect(user(flac)).toEqual([flac]);
  });

  it("gives files by data or by the server's id", () => {
    const file_data = "data:application/pdf;base64,JVBERg==";
    const pdf = { type: "file", data: "JVBERg==", mimeType: "application/pdf" };
    const v0 = { source_type: "base64", mime_type: "application/pdf", data: pdf.data };
    expect(
      user(
        pdf,
        { ...pdf, metadata: { filename: "a.pdf" } },
        { type: "file", ...v0, metadata: { name: "b.pdf" } },
        { type: "file", fileId: "file-1" },
        { type: "file", source_type: "id", id: "file-2" },
      ),
    ).toEqual([
      { type: "file", file: { file_data } },
      { type: "file", file: { file_data, filename: "a.pdf" } },
      { type: "file", file: { file_data, filename: "b.pdf" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_id: "file-2" } },
    ]);
    const own = { type: "file", file: { file_id: "file-3" } };
    expect(user(own)).toEqual([own]);
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

  it("gives a refusal, of either version", () => {
    const v0 = new AIMessage({ content: "", additional_kwargs: { refusal: "No." } });
    const v1 = new AIMessage({ content: [{ type: "refusal", refusal: "No." }] });
    for (const message of [v0, v1]) {
      expect(one(message)).toEqual({ role: "assistant", content: null, refusal: "No." });
    }
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
      ["empty text", () => user({ type: "text-plain", fileId: "f" }), /without text/, /its text/],
      [
        "a function message",
        () => one(new FunctionMessage({ content: "x", name: "f" })),
        /FunctionMessage/,
        /ToolMessage/,
      ],
      ["a removal", () => one(new RemoveMessage({ id: "x" })), /"remove"/, /HumanMessage/],
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
        expect(history.content ?? "").toBe(text);
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
