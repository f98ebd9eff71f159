import { AsyncLocalStorage } from "node:async_hooks";
import { Runnable } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { BaseLLM } from "@langchain/core/language_models/llms";
import { beforeAll, describe, expect, it } from "vitest";
import { turns, type HandAnswer, useHandServer } from "../../helpers/hand-server.js";
import { DeltaLLM, Recorder, rejection } from "../../helpers/delta-llm.js";

class LangChainsOwn extends DeltaLLM {
  override stream = Runnable.prototype.stream as DeltaLLM["stream"];
  override _streamIterator = BaseLLM.prototype._streamIterator as DeltaLLM["_streamIterator"];
}

const server = useHandServer();
beforeAll(() => {
  AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
});

type Stream = IterableReadableStream<string>;

interface Open {
  readonly stream: Stream;
  readonly answer: HandAnswer;
  readonly recorder: Recorder;
}

/** A stream whose first token has come, and no other. */
async function open(make: typeof DeltaLLM = DeltaLLM, ...texts: string[]): Promise<Open> {
  const recorder = new Recorder();
  const opening = new make(server.url, { maxRetries: 0 }).stream("x", { callbacks: [recorder] });
  const answer = await server.request();
  answer.write(...(texts.length > 0 ? texts : ["a"]).map((text) => ({ text })));
  return { stream: await opening, answer, recorder };
}

/** A whole answer, "a" to "e". */
async function openWhole(make: typeof DeltaLLM = DeltaLLM): Promise<Open> {
  const opened = await open(make, ..."abcde");
  opened.answer.write({ done: true });
  opened.answer.end();
  return opened;
}

async function rest(items: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const item of items) all += item;
  return all;
}

async function restOf(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let all = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) all += read.value;
  return all;
}

async function expectLeft({ answer, recorder }: Open): Promise<void> {
  expect(await answer.closed).toBe(true);
  await recorder.terminal();
  expect([recorder.runs.failed.length, recorder.runs.ended.length]).toEqual([1, 0]);
}

describe("what has been left gives nothing more", () => {
  const leaves: [name: string, leave: (stream: Stream) => Promise<unknown>][] = [
    ["cancel()", (stream) => stream.cancel()],
    ["return()", (stream) => stream.return()],
    ["throw()", (stream) => rejection(stream.throw(new Error("mine")))],
    ["asyncDispose", async (stream) => stream[Symbol.asyncDispose]()],
    [
      "a reader's cancel()",
      async (stream) => {
        const reader = stream.getReader();
        await reader.cancel();
        reader.releaseLock();
      },
    ],
    [
      "a loop over values()",
      async (stream) => {
        for await (const _ of stream.values()) break;
      },
    ],
    [
      "a break",
      async (stream) => {
        for await (const _ of stream) break;
      },
    ],
  ];

  it.each(leaves)("by %s before the first token was taken", async (_, leave) => {
    const opened = await open();
    await leave(opened.stream);
    expect(await opened.stream.next()).toMatchObject({ done: true });
    await expectLeft(opened);
  });

  it.each(leaves)("by %s after it", async (_, leave) => {
    const opened = await open();
    expect(await opened.stream.next()).toMatchObject({ value: "a" });
    opened.answer.write({ text: "b" });
    await turns();
    await leave(opened.stream);
    expect(await opened.stream.next()).toMatchObject({ done: true });
    await expectLeft(opened);
  });

  it.each(leaves.slice(0, 4))("by %s while a next() waits", async (_, leave) => {
    const opened = await open();
    await opened.stream.next();
    const waiting = opened.stream.next();
    await leave(opened.stream);
    expect(await waiting).toMatchObject({ done: true });
    await expectLeft(opened);
  });

  it("by any, twice", async () => {
    for (const [, leave] of leaves.slice(0, 4)) {
      const opened = await open();
      await leave(opened.stream);
      await leave(opened.stream);
      await expectLeft(opened);
    }
  });

  it("ends a loop whose body leaves the stream", async () => {
    const opened = await open(DeltaLLM, "a", "b", "c");
    const items: string[] = [];
    for await (const item of opened.stream) {
      items.push(item);
      await opened.stream.return();
    }
    expect(items).toEqual(["a"]);
    await expectLeft(opened);
  });
});

describe("the ways to read a stream may be mixed", () => {
  it("a loop, then a reader", async () => {
    const { stream } = await openWhole();
    let first = "";
    for await (const item of { [Symbol.asyncIterator]: () => ({ next: () => stream.next() }) }) {
      first += item;
      if (first.length === 2) break;
    }
    expect(first + (await restOf(stream.getReader()))).toBe("abcde");
  });

  it("a reader that lets go, then a loop", async () => {
    for (const make of [DeltaLLM, LangChainsOwn]) {
      const { stream } = await openWhole(make);
      const reader = stream.getReader();
      const { value } = await reader.read();
      reader.releaseLock();
      expect(value! + (await rest(stream))).toBe("abcde");
    }
  });

  it("next() that waits, and a reader that reads meanwhile", async () => {
    const { stream, answer } = await open();
    const reads = [stream.next(), stream.next()];
    const reader = stream.getReader();
    const read = reader.read();
    answer.write({ text: "b" }, { text: "c" }, { done: true });
    answer.end();
    expect(await Promise.all([...reads, read])).toMatchObject([
      { value: "a" },
      { value: "b" },
      { value: "c" },
    ]);
    expect(await reader.read()).toMatchObject({ done: true });
  });

  it("a token, then tee()", async () => {
    const { stream } = await openWhole();
    await stream.next();
    const [left, right] = (stream as ReadableStream<string>).tee();
    expect(await Promise.all([rest(left), rest(right)])).toEqual(["bcde", "bcde"]);
  });

  it("a token, then pipeThrough()", async () => {
    const { stream } = await openWhole();
    await stream.next();
    const encoded = (stream as ReadableStream<string>).pipeThrough(new TextEncoderStream());
    expect(await new Response(encoded).text()).toBe("bcde");
  });

  it("values() that keeps the stream, then a loop", async () => {
    for (const make of [DeltaLLM, LangChainsOwn]) {
      const { stream } = await openWhole(make);
      let first = "";
      for await (const item of stream.values({ preventCancel: true })) {
        first += item;
        break;
      }
      expect(first + (await rest(stream))).toBe("abcde");
    }
  });
});

describe("a stream that somebody else reads", () => {
  it.each(["next", "return", "throw"] as const)("refuses %s() as LangChain's does", async (way) => {
    const outcomes: unknown[] = [];
    for (const make of [DeltaLLM, LangChainsOwn]) {
      const { stream, answer } = await open(make);
      const reader = stream.getReader();
      await reader.read();
      const pending = reader.read();
      const error = await rejection(
        way === "throw" ? stream.throw(new Error("mine")) : (stream[way]() as Promise<unknown>),
      );
      outcomes.push((error as Error).name);
      // The reader goes on undisturbed.
      answer.write({ text: "b" }, { done: true });
      answer.end();
      expect(await pending).toMatchObject({ value: "b" });
    }
    expect(outcomes[0]).toBe(outcomes[1]);
  });

  it("cannot be cancelled, but by its reader", async () => {
    const opened = await open();
    const reader = opened.stream.getReader();
    const pending = Promise.all([reader.read(), reader.read()]);
    expect(await rejection(opened.stream.cancel())).toBeInstanceOf(TypeError);
    await reader.cancel();
    expect(await pending).toMatchObject([{ value: "a" }, { done: true }]);
    await expectLeft(opened);
  });

  it("is closed when both branches of a tee have left, and not before", async () => {
    const opened = await open();
    const [left, right] = (opened.stream as ReadableStream<string>).tee();
    const cancelled = left.cancel();
    opened.answer.write({ text: "b" });
    const reader = right.getReader();
    expect(await reader.read()).toMatchObject({ value: "a" });
    expect(await reader.read()).toMatchObject({ value: "b" });
    await Promise.all([cancelled, reader.cancel()]);
    await expectLeft(opened);
  });

  it("is closed when the pipe's end breaks", async () => {
    const opened = await open();
    const broken = new WritableStream<string>({
      write() {
        throw new Error("the pipe's own");
      },
    });
    const error = await rejection((opened.stream as ReadableStream<string>).pipeTo(broken));
    expect(error).toMatchObject({ message: "the pipe's own" });
    await expectLeft(opened);
  });
});

describe("a stream that fails", () => {
  it("tells its reader, and those of both branches of a tee", async () => {
    const opened = await open();
    const [left, right] = (opened.stream as ReadableStream<string>).tee();
    const ends = [left, right].map((branch) => rejection(rest(branch)));
    opened.answer.write({ error: "boom" });
    for (const error of await Promise.all(ends)) {
      expect(error).toMatchObject({ code: "MODEL_STREAM", partial: "a" });
    }
    await opened.recorder.terminal();
    expect(opened.recorder.runs.failed).toHaveLength(1);
  });

  it("rejects next() once, and is over then", async () => {
    const { stream, answer } = await open();
    await stream.next();
    const failure = rejection(stream.next());
    answer.write({ error: "boom" });
    expect(await failure).toMatchObject({ code: "MODEL_STREAM" });
    expect(await stream.next()).toMatchObject({ done: true });
    await stream.return();
  });

  it("errors a reader for good", async () => {
    const { stream, answer } = await open();
    const reader = stream.getReader();
    await reader.read();
    const failure = rejection(reader.read());
    answer.write({ error: "boom" });
    expect(await failure).toMatchObject({ code: "MODEL_STREAM" });
    expect(await rejection(reader.read())).toBe(await failure);
    expect(await rejection(reader.closed)).toBe(await failure);
  });
});

describe("nothing is asked for before somebody reads", () => {
  it("from an open stream, nor by taking a reader", async () => {
    const { stream, recorder } = await open(DeltaLLM, "a", "b", "c");
    const reader = stream.getReader();
    await turns(20);
    expect(recorder.heard).toEqual(["start", "token a"]);
    await reader.read();
    await turns(20);
    expect(recorder.heard).toEqual(["start", "token a"]);
    await reader.cancel();
  });
});
