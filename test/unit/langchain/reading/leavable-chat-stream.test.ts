import { ChatModelStream } from "@langchain/core/language_models/stream";
import { describe, expect, it } from "vitest";
import { LeavableChatStream } from "../../../../src/langchain/reading/leavable-chat-stream.js";
import { Recorder, rejection } from "../../../helpers/delta-llm.js";
import { type ExitChat, chatClass } from "../../../helpers/exit-models.js";
import { useHandServer } from "../../../helpers/hand-server.js";

const server = useHandServer();

const ANSWER = [
  { reasoning: "hm" },
  { text: "a" },
  { text: "b" },
  { toolCalls: [{ index: 0, id: "t", name: "f", args: "{}" }] },
  { usage: { inputTokens: 1, outputTokens: 2 }, done: true },
];

type Part = (stream: ChatModelStream) => AsyncIterable<unknown>;

const parts: [name: string, part: Part][] = [
  ["the stream", (stream) => stream],
  ["text", (stream) => stream.text],
  ["text.full", (stream) => stream.text.full],
  ["reasoning", (stream) => stream.reasoning],
  ["reasoning.full", (stream) => stream.reasoning.full],
  ["toolCalls", (stream) => stream.toolCalls],
  ["toolCalls.full", (stream) => stream.toolCalls.full],
  ["usage", (stream) => stream.usage],
];

function open(from: "the model" | "a binding") {
  const recorder = new Recorder();
  const chat = chatClass.create(server.url, { maxRetries: 0 }) as ExitChat;
  const source = from === "the model" ? chat : chat.bindTools([]);
  return { recorder, stream: source.streamEvents("Why?", { callbacks: [recorder] }) };
}

describe.each(["the model", "a binding"] as const)("LeavableChatStream, from %s", (from) => {
  it.each(parts)("ends the call when its only reader leaves %s", async (_, part) => {
    const { recorder, stream } = open(from);
    const iterator = part(stream)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    const answer = await server.request();
    answer.write({ reasoning: "" });
    await iterator.return?.();
    expect(await answer.closed).toBe(true);
    expect(await waiting).toMatchObject({ done: true });
    await recorder.terminal();
    expect(recorder.runs).toMatchObject({ ended: [], failed: [{ name: "AbortError" }] });
    expect(await rejection(Promise.resolve(stream.output))).toMatchObject({ name: "AbortError" });
  });

  it("gives what LangChain's own gives, to every reader", async () => {
    const { recorder, stream } = open(from);
    expect(stream).toBeInstanceOf(ChatModelStream);
    const reading = Promise.all([stream.text, stream.reasoning, stream.toolCalls, stream.usage]);
    const answer = await server.request();
    answer.write(...ANSWER);
    answer.end();
    const first = await reading;
    expect(first).toMatchObject(["ab", "hm", [{ name: "f" }], { total_tokens: 3 }]);
    const { text, reasoning, toolCalls, usage } = stream;
    expect(await Promise.all([text, reasoning, toolCalls, usage])).toEqual(first);
    const message = await stream;
    expect(message).toEqual(await stream.output);
    expect(message.text).toBe("ab");
    for (const [name, part] of parts) {
      const plain = new ChatModelStream(replay(stream));
      expect(await all(part(stream)), name).toEqual(await all(part(plain)));
    }
    await recorder.terminal();
    expect(recorder.runs).toMatchObject({ ended: [{}], failed: [] });
  });

  it("gives all thoughts to who awaits them, and the first to who iterates", async () => {
    const { stream } = open(from);
    const reading = Promise.all([stream.reasoning, all(stream.reasoning)]);
    const answer = await server.request();
    answer.write({ reasoning: "hm" }, { text: "a" }, { reasoning: ", so" }, { done: true });
    answer.end();
    expect(await reading).toEqual(["hm, so", ["hm"]]);
  });

  it("reads on to the end when reasoning is over and nobody reads the rest", async () => {
    const { recorder, stream } = open(from);
    const reading = all(stream.reasoning);
    const answer = await server.request();
    answer.write(...ANSWER);
    answer.end();
    expect(await reading).toEqual(["hm"]);
    await recorder.terminal();
    expect(recorder.runs).toMatchObject({ ended: [{}], failed: [] });
    expect(await stream.text).toBe("ab");
  });
});

describe("LeavableChatStream", () => {
  it("is what a version gives that is none of LangChain's older two, as in LangChain", async () => {
    const chat = chatClass.create(server.url) as ExitChat;
    const options: object = { version: "v3" };
    for (const source of [chat, chat.bindTools([])]) {
      const stream = source.streamEvents("Why?", options);
      const answer = await server.request();
      answer.write({ text: "a", done: true });
      answer.end();
      expect(await stream.text).toBe("a");
    }
  });

  it("gives the error of the answer to every reader", async () => {
    const stream = new LeavableChatStream(Promise.reject(new Error("no room")));
    expect(await rejection(all(stream))).toMatchObject({ message: "no room" });
    expect(await rejection(Promise.resolve(stream.text))).toMatchObject({ message: "no room" });
  });
});

async function* replay(stream: ChatModelStream) {
  for await (const event of stream) yield event;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = [];
  for await (const item of items) got.push(item);
  return got;
}
