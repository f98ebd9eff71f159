import { setTimeout as sleep } from "node:timers/promises";
import { ModelAbortError } from "@langchain/core/errors";
import { RunnableLambda } from "@langchain/core/runnables";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  ModelStreamError,
  StreamAbortError,
  TimeoutError,
  TruncatedStreamError,
  type StreamDelta,
} from "http-streaming-llm";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import { answer, chatAnswering, DeltaChat } from "../../helpers/chat-fixtures.js";
import { Recorder } from "../../helpers/chat-recorder.js";

const server = useScriptedServer();

let recorder: Recorder;
let callbacks: [Recorder];
beforeEach(() => {
  recorder = new Recorder();
  callbacks = [recorder];
});

const FIRST: StreamDelta[] = [
  { reasoning: "hm" },
  { text: "Hel" },
  { toolCalls: [{ index: 0, id: "call_a", name: "now", args: "{}" }] },
];

/** Gives what it has, and then nothing, on an open connection. */
const stalling = () => new DeltaChat({ url: server.url(answer(FIRST, { end: "stall" })) });
const complete = () => chatAnswering(server, [...FIRST, { done: true }]);

async function drain(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}

/** Whatever comes late has come by then. */
const settled = () => sleep(30);

async function expectClosed(): Promise<void> {
  await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined);
}

/** What the abort carries of an answer that began with {@link FIRST}. */
function expectPartial(error: unknown): void {
  expect(ModelAbortError.isInstance(error)).toBe(true);
  expect((error as Error).name).toBe("AbortError");
  const { partialOutput } = error as StreamAbortError;
  expect(partialOutput?.text).toBe("Hel");
  expect(partialOutput?.additional_kwargs).toEqual({ reasoning_content: "hm" });
  expect(partialOutput?.tool_calls).toMatchObject([{ id: "call_a", name: "now" }]);
}

describe("a run of a chat model ends once", () => {
  it("when the answer is complete: streamed, invoked, generated, on both paths", async () => {
    const model = complete();
    await drain(await model.stream("x", { callbacks }));
    await model.invoke("x", { callbacks });
    await model.generate([["x"]], { callbacks });
    model.invokeSync("x", { callbacks });
    for (const _ of model.streamSync("x", { callbacks }));
    await settled();
    expect(recorder.endings).toEqual(["end", "end", "end", "end", "end"]);
    expect(recorder.starts).toEqual([["x"], ["x"], ["x"], ["x"], ["x"]]);
    expect(recorder.tokens.filter((token) => token !== "")).toEqual(Array(5).fill("Hel"));
  });

  it("when the stream is cut, with an error", async () => {
    const url = server.url(answer(FIRST, { end: "destroy" }));
    const model = new DeltaChat({ url });
    await expect(model.stream("x", { callbacks }).then(drain)).rejects.toThrow();
    await expect(model.invoke("x", { callbacks })).rejects.toThrow();
    expect(() => model.invokeSync("x", { callbacks })).toThrow();
    await settled();
    expect(recorder.endings).toEqual(["error", "error", "error"]);
    expect((recorder.error as { partial?: string }).partial).toBe("Hel");
  });

  it("when the provider reports an error in mid-stream", async () => {
    const deltas: StreamDelta[] = [...FIRST, { error: { message: "overloaded", code: "busy" } }];
    const model = chatAnswering(server, deltas);
    await expect(model.stream("x", { callbacks }).then(drain)).rejects.toThrow(ModelStreamError);
    await expect(model.invoke("x", { callbacks })).rejects.toThrow("overloaded");
    expect(() => [...model.streamSync("x", { callbacks })]).toThrow("overloaded");
    await settled();
    expect(recorder.endings).toEqual(["error", "error", "error"]);
    expect(recorder.error).toMatchObject({ providerCode: "busy" });
  });

  it("when the answer ends though the provider had promised more", async () => {
    const model = chatAnswering(server, [{ text: "Hel", done: false }]);
    await expect(model.invoke("x", { callbacks })).rejects.toThrow(TruncatedStreamError);
    await expect(model.stream("x", { callbacks }).then(drain)).rejects.toThrow(
      TruncatedStreamError,
    );
    expect(recorder.endings).toEqual(["error", "error"]);
  });

  it("when the reader breaks: the request is closed, and the trace has what came", async () => {
    for await (const { tool_call_chunks } of await stalling().stream("x", { callbacks })) {
      if (tool_call_chunks?.length) break;
    }
    await expectClosed();
    await settled();
    expect(recorder.endings).toEqual(["error"]);
    expectPartial(recorder.error);
  });

  it("when the reader returns while a chunk is awaited", async () => {
    const stream = stalling()._streamIterator("x", { callbacks });
    for (let count = 0; count < FIRST.length; count++) await stream.next();
    const pending = stream.next();
    await stream.return(undefined);
    expect(await pending).toMatchObject({ done: true });
    await expectClosed();
    await settled();
    expect(recorder.endings).toEqual(["error"]);
    expectPartial(recorder.error);
  });

  it("when the synchronous reader breaks", async () => {
    for (const { tool_call_chunks } of stalling().streamSync("x", { callbacks })) {
      if (tool_call_chunks?.length) break;
    }
    await expectClosed();
    await settled();
    expect(recorder.endings).toEqual(["error"]);
    expectPartial(recorder.error);
  });

  it("when the signal has fired before", async () => {
    const signal = AbortSignal.abort();
    await expect(complete().stream("x", { callbacks, signal }).then(drain)).rejects.toThrow();
    await expect(complete().invoke("x", { callbacks, signal })).rejects.toThrow();
    expect(() => complete().invokeSync("x", { callbacks, signal })).toThrow(StreamAbortError);
    await settled();
    expect(recorder.endings).toHaveLength(recorder.starts.length);
    expect(new Set(recorder.endings)).toEqual(new Set(["error"]));
  });

  it("when the signal fires while a chunk is awaited", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const stream = await stalling().stream("x", { callbacks, signal });
    const reading = drain(stream);
    await server.seen(({ bytesWritten }) => bytesWritten > 0);
    await sleep(20);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    await expectClosed();
    await settled();
    expect(recorder.endings).toEqual(["error"]);
    expectPartial(recorder.error);
  });

  it("when the signal fires between two reads, though nobody reads on", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const iterator = (await stalling().stream("x", { callbacks, signal }))[Symbol.asyncIterator]();
    for (let count = 0; count < FIRST.length; count++) await iterator.next();
    controller.abort();
    await expectClosed();
    await settled();
    expect(recorder.endings).toEqual(["error"]);
    expectPartial(recorder.error);
    await expect(iterator.next()).rejects.toMatchObject({ name: "AbortError" });
    expect(recorder.endings).toEqual(["error"]);
  });

  it("when the signal fires during invoke, whose error carries what came", async () => {
    const controller = new AbortController();
    const invoking = stalling().invoke("x", { callbacks, signal: controller.signal });
    const caught = invoking.catch((error: unknown) => error);
    await vi.waitUntil(() => recorder.tokens.length === FIRST.length, { timeout: 10_000 });
    controller.abort();
    expectPartial(await caught);
    await expectClosed();
    expect(recorder.endings).toEqual(["error"]);
  });

  it("when LangChain's timeout passes, on both paths", async () => {
    const options = { callbacks, timeout: 300 };
    await expect(stalling().invoke("x", options)).rejects.toThrow(TimeoutError);
    await expect(stalling().stream("x", options).then(drain)).rejects.toMatchObject({
      name: "TimeoutError",
    });
    expect(() => stalling().invokeSync("x", options)).toThrow(TimeoutError);
    await settled();
    expect(recorder.endings).toEqual(["error", "error", "error"]);
  });

  it("inside another run, whose handlers hear the tokens", async () => {
    const model = complete();
    const chain = RunnableLambda.from(async (input: string, config) => {
      return (await model.invoke(input, config)).text;
    });
    expect(await chain.invoke("x", { callbacks })).toBe("Hel");
    expect(recorder.tokens.join("")).toBe("Hel");
    expect(recorder.endings).toEqual(["end"]);
  });
});

describe("a chat model told of by LangChain", () => {
  it("tells each of several answers to its own run", async () => {
    const model = complete();
    await model.batch(["a", "b"], { callbacks });
    expect(recorder.starts).toEqual([["a"], ["b"]]);
    expect(new Set(recorder.runIds).size).toBe(2);
    expect(recorder.endings).toEqual(["end", "end"]);
  });

  it("hands every token over with its chunk", async () => {
    const chunks: unknown[] = [];
    const listener = {
      handleLLMNewToken: (...args: unknown[]) => {
        chunks.push((args[5] as { chunk: { message: { content: string } } }).chunk.message.content);
      },
      awaitHandlers: true,
    };
    await complete().invoke("x", { callbacks: [listener] });
    expect(chunks.join("")).toBe("Hel");
    expect(chunks.length).toBeGreaterThanOrEqual(FIRST.length);
  });
});
