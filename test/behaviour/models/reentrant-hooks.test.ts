import { describe, expect, it } from "vitest";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type {
  ChunkContext,
  Decoder,
  HttpStreamingLLMFields,
  StreamDelta,
  StreamFormat,
} from "http-streaming-llm";
import { blockThread } from "../../helpers/block-thread.js";
import { startHandServer, turns, useHandServer } from "../../helpers/hand-server.js";
import { DeltaLLM, drain, Recorder, rejection } from "../../helpers/delta-llm.js";

/** A hook runs while the socket's bytes are being handed over: what it does then must not disturb anything. */

const server = useHandServer();

type Parse = (delta: StreamDelta, context: ChunkContext) => StreamDelta | string | null;

class HookedLLM extends DeltaLLM {
  readonly #parse: Parse;
  constructor(parse: Parse, fields: HttpStreamingLLMFields = {}, url = server.url) {
    super(url, { maxRetries: 0, ...fields });
    this.#parse = parse;
  }
  override parseChunk(delta: StreamDelta, context?: ChunkContext): StreamDelta {
    return this.#parse(delta, context!) as StreamDelta;
  }
}

const DONE = { done: true };
const at = (text: string, act: () => unknown): Parse => {
  return (delta) => {
    if (delta.text === text) act();
    return delta;
  };
};

describe("parseChunk that aborts the call", () => {
  it("ends it with the signal's reason, once, and closes the request", async () => {
    for (const path of ["stream", "_streamIterator", "_astream"] as const) {
      for (const together of [true, false]) {
        const abort = new AbortController();
        const recorder = new Recorder();
        const llm = new HookedLLM(at("b", () => abort.abort()));
        const options = { signal: abort.signal, callbacks: [recorder] };
        const read = drain<unknown>(() => llm[path]("x", options));
        const answer = await server.request();
        answer.write({ text: "a" });
        if (!together) await turns();
        answer.write({ text: "b" }, { text: "c" });
        const { items, error } = await read;
        expect(items.length).toBeLessThanOrEqual(1);
        expect((error as Error).name).toBe("AbortError");
        expect(await answer.closed).toBe(true);
        await turns();
        if (path !== "_astream") expect(recorder.runs.failed).toHaveLength(1);
        expect(recorder.runs.ended).toHaveLength(0);
      }
    }
  });

  it("does so with a record that gives nothing, and with the last one", async () => {
    for (const last of [false, true]) {
      const abort = new AbortController();
      const recorder = new Recorder();
      const llm = new HookedLLM((delta) => {
        if (delta.text !== "b") return delta;
        abort.abort();
        return null;
      });
      const options = { signal: abort.signal, callbacks: [recorder] };
      const read = drain(() => llm.stream("x", options));
      const answer = await server.request();
      answer.write({ text: "a" });
      await turns();
      answer.write({ text: "b" });
      if (last) answer.end();
      expect((await read).error).toBe(abort.signal.reason);
      await answer.closed;
      await turns();
      expect([recorder.runs.failed.length, recorder.runs.ended.length]).toEqual([1, 0]);
    }
  });

  it("does so when what it aborts at is the unfinished last record", async () => {
    const abort = new AbortController();
    const recorder = new Recorder();
    const llm = new HookedLLM((delta) => {
      if (delta.text !== "b") return delta;
      abort.abort();
      return null;
    });
    const read = drain(() => llm.stream("x", { signal: abort.signal, callbacks: [recorder] }));
    const answer = await server.request();
    answer.write({ text: "a" });
    await turns();
    // Without the empty line that ends an event: only the end of the body ends it, where the format says so.
    answer.write('data: {"text":"b"}');
    answer.end();
    const { items, error } = await read;
    expect(items).toEqual(["a"]);
    // A format may drop an unfinished record. If the hook was asked, its abort counts.
    if (abort.signal.aborted) expect(error).toBe(abort.signal.reason);
    await turns();
    expect(recorder.runs.failed.length + recorder.runs.ended.length).toBe(1);
  });
});

describe("parseChunk that leaves its own stream", () => {
  it("by return(): the reader sees the end, the run ends once, the request is closed", async () => {
    for (const silent of [false, true]) {
      const recorder = new Recorder();
      let tokens: AsyncGenerator<string, void, undefined> | undefined = undefined;
      let left: Promise<unknown> | undefined;
      const llm = new HookedLLM((delta) => {
        if (delta.text !== "b") return delta;
        left = tokens?.return();
        return silent ? null : delta;
      });
      tokens = llm._streamIterator("x", { callbacks: [recorder] });
      const read = drain(() => tokens);
      const answer = await server.request();
      answer.write({ text: "a" });
      await turns();
      answer.write({ text: "b" }, { text: "c" });
      expect(await read).toEqual({ items: ["a"], error: undefined });
      await left;
      expect(await answer.closed).toBe(true);
      await recorder.terminal();
      expect([recorder.runs.failed.length, recorder.runs.ended.length]).toEqual([1, 0]);
    }
  });

  it("by cancel() of stream()", async () => {
    const recorder = new Recorder();
    let left: Promise<unknown> | undefined;
    const leave = (): void => void (left = stream.cancel());
    const llm: DeltaLLM = new HookedLLM(at("b", leave));
    const opening = llm.stream("x", { callbacks: [recorder] });
    const answer = await server.request();
    answer.write({ text: "a" });
    const stream = await opening;
    expect(await stream.next()).toMatchObject({ value: "a" });
    const next = stream.next();
    answer.write({ text: "b" }, { text: "c" });
    expect(await next).toMatchObject({ done: true });
    await left;
    expect(await answer.closed).toBe(true);
    await recorder.terminal();
    expect([recorder.runs.failed.length, recorder.runs.ended.length]).toEqual([1, 0]);
  });

  it("asks its own stream for more", async () => {
    const more: Promise<IteratorResult<string, void>>[] = [];
    let tokens: AsyncGenerator<string, void, undefined> | undefined = undefined;
    const llm = new HookedLLM((delta) => {
      more.push(tokens!.next());
      return delta;
    });
    tokens = llm._streamIterator("x");
    const first = tokens.next();
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" });
    await turns();
    answer.write({ text: "c" }, DONE);
    answer.end();
    expect(await first).toMatchObject({ value: "a" });
    await more[1];
    const values = (await Promise.all(more)).map(({ value }) => value ?? "end");
    expect(values).toEqual(["b", "c", "end", "end"]);
  });
});

describe("a hook that calls a model", () => {
  it("gets its answer while the outer one goes on", async () => {
    const inner = await startHandServer();
    try {
      const answers: Promise<string>[] = [];
      const nested = new DeltaLLM(inner.url, { maxRetries: 0 });
      const llm = new HookedLLM((delta) => {
        if (delta.text) answers.push(nested.invoke(delta.text));
        return delta;
      });
      const read = llm.invoke("x");
      const outer = await server.request();
      outer.write({ text: "a" }, { text: "b" });
      for (let call = 0; call < 2; call++) {
        const answer = await inner.request();
        answer.write({ text: answer.requestBody.includes('"a"') ? "A" : "B" }, DONE);
        answer.end();
      }
      expect(await Promise.all(answers)).toEqual(["A", "B"]);
      outer.write(DONE);
      outer.end();
      expect(await read).toBe("ab");
    } finally {
      await inner.close();
    }
  });

  /** A stream that has been paused: nobody read while its server sent more than the queue takes. */
  async function pausedStream() {
    const flood = await startHandServer();
    const llm = new DeltaLLM(flood.url, { maxRetries: 0 });
    const tokens = llm._streamIterator("y");
    const first = tokens.next();
    const answer = await flood.request();
    answer.write({ text: "0" });
    await first;
    const records = Array.from({ length: 3000 }, () => ({ text: "x".repeat(1000) }));
    answer.write(...records, DONE);
    answer.end();
    const length = 3000 * 1000;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const readAll = async (before: readonly Promise<IteratorResult<string, void>>[]) => {
      let text = "";
      for (const { value } of await Promise.all(before)) text += value ?? "";
      for await (const token of tokens) text += token;
      expect(text.length).toBe(length);
    };
    return { tokens, flood, readAll };
  }

  /** `call` reads an answer during which it calls what it is given. */
  async function expectReadingOn(call: (readOn: () => void) => Promise<string>): Promise<void> {
    const { tokens, flood, readAll } = await pausedStream();
    try {
      const reads: Promise<IteratorResult<string, void>>[] = [];
      const read = call(() => {
        // More than is queued, so that the socket has to go on.
        for (let read = 0; read < 500; read++) reads.push(tokens.next());
      });
      const answer = await server.request();
      // The head has been read by then: the hook is called as the bytes come from the socket.
      await turns(20);
      answer.write({ text: "go" }, DONE);
      answer.end();
      expect(await read).toBe("go");
      await readAll(reads);
    } finally {
      await flood.close();
    }
  }

  it("can read on from a stream that had been paused", async () => {
    await expectReadingOn((readOn) => new HookedLLM(at("go", readOn)).invoke("x"));
  });

  it("can read on from a stream that had been paused, in a token handler", async () => {
    await expectReadingOn((readOn) => {
      const handler = BaseCallbackHandler.fromMethods({ handleLLMNewToken: readOn });
      handler.awaitHandlers = true;
      return new DeltaLLM(server.url).invoke("x", { callbacks: [handler] });
    });
  });

  it("can leave a stream that had been paused", async () => {
    const { tokens, flood } = await pausedStream();
    try {
      let left: Promise<unknown> | undefined;
      const read = new HookedLLM(at("go", () => (left = tokens.return()))).invoke("x");
      const answer = await server.request();
      // The head has been read by then: the hook is called as the bytes come from the socket.
      await turns(20);
      answer.write({ text: "go" }, DONE);
      answer.end();
      expect(await read).toBe("go");
      await left;
      expect(await tokens.next()).toMatchObject({ done: true });
    } finally {
      await flood.close();
    }
  });
});

describe("parseChunk that", () => {
  it("throws ends the call after what came before it in the same bytes", async () => {
    const recorder = new Recorder();
    const own = new Error("the hook's own");
    const llm = new HookedLLM(
      at("c", () => {
        throw own;
      }),
    );
    const read = drain(() => llm.stream("x", { callbacks: [recorder] }));
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" }, { text: "c" }, { text: "d" });
    const { items, error } = await read;
    expect(items).toEqual(["a", "b"]);
    expect(error).toMatchObject({
      code: "CHUNK_PARSE",
      partial: "ab",
      index: 2,
      cause: own,
    });
    expect((error as Error).message).toMatch(/^HookedLLM: POST http:\/\/127\.0\.0\.1:\d+\/: /);
    expect(await answer.closed).toBe(true);
    expect([recorder.runs.failed, recorder.runs.ended]).toEqual([[error], []]);
  });

  it("blocks for longer than the timeouts does not make them pass", async () => {
    const block = () => blockThread(300);
    const llm = new HookedLLM(at("b", block), { timeouts: { idle: 200 } });
    const read = drain(() => llm.stream("x"));
    const answer = await server.request();
    answer.write({ text: "a" });
    await turns();
    answer.write({ text: "b" });
    await turns();
    answer.write({ text: "c" }, DONE);
    answer.end();
    expect(await read).toEqual({ items: ["a", "b", "c"], error: undefined });
  });
});

describe("a format of one's own", () => {
  const own = new Error("the decoder's own");
  const decoded = (decode: (text: string) => Iterable<StreamDelta>): StreamFormat<StreamDelta> => ({
    name: "own",
    contentTypes: ["*/*"],
    createDecoder: (): Decoder<StreamDelta> => ({
      decode: (bytes) => decode(Buffer.from(bytes).toString()),
      flush: () => [],
    }),
  });

  const FORMATS: [name: string, format: StreamFormat<StreamDelta>, items: string[]][] = [
    [
      "throws",
      decoded((text) => {
        if (text.includes("!")) throw own;
        return [{ text }];
      }),
      ["a"],
    ],
    [
      "gives what throws later",
      decoded(function* (text) {
        yield { text: text.slice(0, 1) };
        if (text.includes("!")) throw own;
      }),
      ["a", "b"],
    ],
  ];

  it.each(FORMATS)("that %s ends the call, once, with what came before", async (_, format, all) => {
    const recorder = new Recorder();
    const llm = new DeltaLLM(server.url, { maxRetries: 0 });
    llm.format = format;
    const read = drain(() => llm.stream("x", { callbacks: [recorder] }));
    const answer = await server.request();
    answer.write("a");
    await turns(20);
    answer.write("b!");
    const { items, error } = await read;
    expect(items).toEqual(all);
    expect([error, (error as Error).cause]).toContain(own);
    expect(await answer.closed).toBe(true);
    expect([recorder.runs.failed.length, recorder.runs.ended.length]).toEqual([1, 0]);
  });

  it("whose decoder cannot be made ends the call", async () => {
    const llm = new DeltaLLM(server.url, { maxRetries: 0 });
    llm.format = {
      name: "own",
      contentTypes: ["*/*"],
      createDecoder: () => {
        throw own;
      },
    };
    const read = rejection(llm.invoke("x"));
    const answer = await server.request();
    answer.write("a");
    const error = (await read) as Error;
    expect([error, error.cause]).toContain(own);
    expect(await answer.closed).toBe(true);
  });
});
