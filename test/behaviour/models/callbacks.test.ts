import type { CallbackHandlerMethods } from "@langchain/core/callbacks/base";
import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it, vi } from "vitest";
import { ModelStreamError } from "http-streaming-llm";
import { useScriptedServer } from "../../helpers/scripted-server.js";
import {
  DeltaLLM,
  drain,
  drainSync,
  events,
  Recorder,
  rejection,
  serve,
  stalling,
} from "../../helpers/delta-llm.js";
import { turns } from "../../helpers/hand-server.js";

const server = useScriptedServer();

const model = (...scripts: Parameters<typeof serve>[1][]): DeltaLLM =>
  new DeltaLLM(serve(server, ...scripts).url, { maxRetries: 0 });

const DONE = { done: true };
const STARTED_TO_END = ["start", "token a", "token b", "end"];

describe("the callbacks of HttpStreamingLLM", () => {
  it("tell of each token, with its chunk, before the reader gets it", async () => {
    const llm = model(events("a", "b", DONE));
    const recorder = new Recorder();
    for await (const token of await llm.stream("x", { callbacks: [recorder] })) {
      recorder.heard.push(`read ${token}`);
    }
    const seen = recorder.heard.filter((event) => event.endsWith(" a") || event.endsWith(" b"));
    // LangChain's stream reads one token ahead; each token is heard before it is read.
    expect(seen.indexOf("token a")).toBeLessThan(seen.indexOf("read a"));
    expect(seen.indexOf("token b")).toBeLessThan(seen.indexOf("read b"));
    expect(recorder.chunks.every((chunk) => chunk instanceof GenerationChunk)).toBe(true);
    expect(recorder.chunks).toMatchObject([{ text: "a" }, { text: "b" }]);
  });

  it("are awaited one by one on every asynchronous path", async () => {
    const llm = model(events("a", "b", DONE));
    const heardBy = async (call: (recorder: Recorder) => Promise<unknown>) => {
      const recorder = new Recorder();
      await call(recorder);
      return recorder.heard;
    };
    const config = (recorder: Recorder) => ({ callbacks: [recorder] });
    expect(await heardBy((recorder) => llm.invoke("x", config(recorder)))).toEqual(STARTED_TO_END);
    expect(await heardBy((recorder) => llm.batch(["x"], config(recorder)))).toEqual(STARTED_TO_END);
    expect(await heardBy((recorder) => llm.generate(["x"], config(recorder)))).toEqual(
      STARTED_TO_END,
    );
    expect(await heardBy((recorder) => drain(() => llm.stream("x", config(recorder))))).toEqual(
      STARTED_TO_END,
    );
  });

  it("alternate with the reader of _streamIterator", async () => {
    const recorder = new Recorder();
    for await (const token of model(events("a", "b", DONE))._streamIterator("x", {
      callbacks: [recorder],
    })) {
      recorder.heard.push(`read ${token}`);
    }
    expect(recorder.heard).toEqual(["start", "token a", "read a", "token b", "read b", "end"]);
  });

  it("come later, in the same order, on the synchronous path", async () => {
    const recorder = new Recorder();
    const tokens: string[] = [];
    for (const token of model(events("a", "b", DONE)).streamSync("x", { callbacks: [recorder] })) {
      tokens.push(token);
    }
    expect(tokens).toEqual(["a", "b"]);
    expect(recorder.heard).toEqual([]);
    await recorder.terminal();
    expect(recorder.heard).toEqual(STARTED_TO_END);
    expect(recorder.chunks).toMatchObject([{ text: "a" }, { text: "b" }]);
  });

  it("hear of an error once, and of no end, on every path", async () => {
    const inStream = model(events("a", { error: "boom" }));
    const refused = model({ status: 400 });
    for (const [llm, heard] of [
      [inStream, ["start", "token a", "error"]],
      [refused, ["start", "error"]],
    ] as const) {
      const calls = [
        (callbacks: Recorder[]) => rejection(llm.invoke("x", { callbacks })),
        (callbacks: Recorder[]) => rejection(llm.generate(["x"], { callbacks })),
        (callbacks: Recorder[]) => drain(() => llm.stream("x", { callbacks })),
        async (callbacks: Recorder[]) => drainSync(() => llm.streamSync("x", { callbacks })),
      ];
      for (const call of calls) {
        const recorder = new Recorder();
        await call([recorder]);
        await recorder.terminal();
        expect(recorder.heard).toEqual(heard);
      }
    }
  });

  it("get the error that the reader gets, with the partial text", async () => {
    const recorder = new Recorder();
    const llm = model(events("a", "b", { error: "boom" }));
    const { items, error } = await drain(() => llm.stream("x", { callbacks: [recorder] }));
    expect(items).toEqual(["a", "b"]);
    expect(recorder.runs.failed).toEqual([error]);
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect((error as ModelStreamError).partial).toBe("ab");
  });

  it("hear of a break once, with the partial answer", async () => {
    for (const path of ["stream", "_streamIterator"] as const) {
      const recorder = new Recorder();
      const llm = model(stalling("a", "b"));
      for await (const _ of await llm[path]("x", { callbacks: [recorder] })) break;
      await recorder.terminal();
      expect(recorder.heard.filter((event) => !event.startsWith("token"))).toEqual([
        "start",
        "error",
      ]);
      const [failure] = recorder.runs.failed as [{ name: string; partialOutput: { text: string } }];
      expect(failure.name).toBe("AbortError");
      expect(failure.partialOutput.text).toMatch(/^ab?$/);
    }
  });

  it("hear of a break on the synchronous path", async () => {
    const recorder = new Recorder();
    for (const _ of model(stalling("a")).streamSync("x", { callbacks: [recorder] })) break;
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    expect(recorder.runs.failed).toMatchObject([
      { name: "AbortError", message: /^DeltaLLM: .*reader/ },
    ]);
  });

  it("hear of a reader that left while it was waiting, as an error", async () => {
    const recorder = new Recorder();
    const llm = model(stalling("a"));
    const stream = llm._streamIterator("x", { callbacks: [recorder] });
    await stream.next();
    const waiting = stream.next();
    await stream.return(undefined);
    expect(await waiting).toEqual({ done: true, value: undefined });
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    expect(recorder.runs.failed).toMatchObject([{ name: "AbortError", message: /reader stopped/ }]);
  });

  it("hear of a reader that left stream() while it was waiting, as an error", async () => {
    const recorder = new Recorder();
    const { url, id } = serve(server, stalling("a"));
    const stream = await new DeltaLLM(url).stream("x", { callbacks: [recorder] });
    await stream.next();
    void stream.next().catch(() => undefined);
    await stream.return();
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  it("hear nothing of a stream that was never read", async () => {
    const recorder = new Recorder();
    const { url, id } = serve(server, events("a"));
    const llm = new DeltaLLM(url);
    await llm._streamIterator("x", { callbacks: [recorder] }).return(undefined);
    llm.streamSync("x", { callbacks: [recorder] }).return();
    await new Promise((resolve) => setImmediate(resolve));
    expect(recorder.heard).toEqual([]);
    expect(await server.log(id)).toEqual([]);
  });

  it("hear of a reader that throws, on both paths, as one error", async () => {
    const own = new Error("the reader's own");
    const recorder = new Recorder();
    const llm = model(stalling("a"));
    await rejection(
      (async () => {
        for await (const _ of llm._streamIterator("x", { callbacks: [recorder] })) throw own;
      })(),
    );
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    const second = new Recorder();
    const { error } = drainSync(function* () {
      for (const _ of llm.streamSync("x", { callbacks: [second] })) throw own;
      yield 0;
    });
    expect(error).toBe(own);
    await second.terminal();
    expect(second.heard).toEqual(["start", "token a", "error"]);
  });

  it("hear of an abort before the call once", async () => {
    const signal = AbortSignal.abort();
    const { url, id } = serve(server, events("a", DONE));
    const llm = new DeltaLLM(url);
    const calls = [
      (callbacks: Recorder[]) => rejection(llm.invoke("x", { callbacks, signal })),
      (callbacks: Recorder[]) => rejection(llm.generate(["x", "y"], { callbacks, signal })),
      async (callbacks: Recorder[]) =>
        (await drain(() => llm._streamIterator("x", { callbacks, signal }))).error,
      async (callbacks: Recorder[]) =>
        drainSync(() => llm.streamSync("x", { callbacks, signal })).error,
    ];
    for (const call of calls) {
      const recorder = new Recorder();
      expect(await call([recorder])).toMatchObject({ name: "AbortError" });
      await recorder.terminal();
      const starts = recorder.heard.filter((event) => event === "start").length;
      expect(recorder.heard.filter((event) => event === "error")).toHaveLength(starts);
      expect(recorder.heard).not.toContain("end");
    }
    expect(await server.log(id)).toEqual([]);
  });

  it("hear of an abort while a read waits once", async () => {
    for (const path of ["invoke", "stream", "batch", "generate"] as const) {
      const recorder = new Recorder();
      const { url, id } = serve(server, stalling("a"));
      const llm = new DeltaLLM(url);
      const abort = new AbortController();
      const options = { callbacks: [recorder], signal: abort.signal };
      const call = {
        invoke: () => llm.invoke("x", options),
        stream: async () => {
          for await (const _ of await llm.stream("x", options));
        },
        batch: () => llm.batch(["x"], options),
        generate: () => llm.generate(["x"], options),
      }[path]();
      const failure = rejection(call);
      while (!recorder.heard.includes("token a"))
        await new Promise((resolve) => setImmediate(resolve));
      abort.abort();
      expect(await failure, path).toMatchObject({ name: "AbortError" });
      await recorder.terminal();
      expect(recorder.heard, path).toEqual(["start", "token a", "error"]);
      await server.seen((request) => request.closedByPeerMs !== undefined, id);
    }
  });

  it("hear of an abort between two reads once, and the request is closed", async () => {
    const recorder = new Recorder();
    const { url, id } = serve(server, stalling("a", "b"));
    const abort = new AbortController();
    const options = { callbacks: [recorder], signal: abort.signal };
    const stream = await new DeltaLLM(url).stream("x", options);
    expect(await stream.next()).toMatchObject({ value: "a" });
    abort.abort(new Error("my reason"));
    await recorder.terminal();
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
    expect(recorder.heard.filter((event) => !event.startsWith("token"))).toEqual([
      "start",
      "error",
    ]);
    expect(recorder.runs.failed).toMatchObject([
      { name: "AbortError", cause: { message: "my reason" }, partialOutput: { text: /^ab?$/ } },
    ]);
  });

  it("hear of an abort between two reads of the synchronous path once", async () => {
    const recorder = new Recorder();
    const { url, id } = serve(server, stalling("a"));
    const abort = new AbortController();
    const stream = new DeltaLLM(url).streamSync("x", {
      callbacks: [recorder],
      signal: abort.signal,
    });
    expect(stream.next().value).toBe("a");
    abort.abort();
    const { error } = drainSync(() => stream);
    expect(error).toMatchObject({ name: "AbortError", partialOutput: { text: "a" } });
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "error"]);
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  it("hear of an end, not of an abort that comes after it", async () => {
    const recorder = new Recorder();
    const abort = new AbortController();
    const llm = model(events("a", DONE));
    await drain(() => llm.stream("x", { callbacks: [recorder], signal: abort.signal }));
    abort.abort();
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "end"]);
  });

  it("get tokens from _stream and _astream through a given run manager", async () => {
    const llm = model(events("a", "b", DONE));
    const heard: unknown[] = [];
    const manager = {
      handlers: [{ handleLLMNewToken: () => undefined }],
      handleLLMNewToken: async (...args: unknown[]) => void heard.push(args),
    } as never;
    await drain(() => llm._astream("x", {}, manager));
    const expected = [
      [
        "a",
        { prompt: 0, completion: 0 },
        undefined,
        undefined,
        undefined,
        { chunk: expect.any(GenerationChunk) },
      ],
      [
        "b",
        { prompt: 0, completion: 0 },
        undefined,
        undefined,
        undefined,
        { chunk: expect.any(GenerationChunk) },
      ],
    ];
    expect(heard.splice(0)).toEqual(expected);
    for (const _ of llm._stream("x", {}, manager));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(expected);
  });

  it("do not change the answer when a handler throws", async () => {
    const log = vi.spyOn(console, "warn").mockReturnValue();
    const failing = new Recorder();
    failing.handleLLMNewToken = () => Promise.reject(new Error("a broken handler"));
    const llm = model(events("a", "b", DONE));
    expect((await drain(() => llm.stream("x", { callbacks: [failing] }))).items).toEqual([
      "a",
      "b",
    ]);
    expect(llm.invokeSync("x", { callbacks: [failing] })).toBe("ab");
    await failing.terminal();
    expect(log).toHaveBeenCalledWith(expect.stringContaining("a broken handler"));
    log.mockRestore();
  });

  it("end the call when a handler that may raise throws", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    const raising = new Recorder();
    raising.raiseError = true;
    raising.handleLLMNewToken = () => Promise.reject(new Error("stop here"));
    const { url, id } = serve(server, stalling("a"));
    const error = await rejection(new DeltaLLM(url).invoke("x", { callbacks: [raising] }));
    log.mockRestore();
    expect(error).toMatchObject({ message: "stop here" });
    expect(raising.heard).toEqual(["start", "error"]);
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  it.each(["handleLLMStart", "handleLLMNewToken", "handleLLMEnd"] as const)(
    "never end the process, when a plain object that may raise throws at %s",
    async (hook) => {
      const log = vi.spyOn(console, "error").mockReturnValue();
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => void unhandled.push(reason);
      process.on("unhandledRejection", note);
      const heard = new Recorder();
      const raise = () => Promise.reject(new Error("stop here"));
      const raising: CallbackHandlerMethods = { [hook]: raise };
      Object.assign(raising, { raiseError: true });
      const llm = model(events("a", DONE));
      // The call is over before a handler of the synchronous path runs: what it throws is logged.
      expect(llm.invokeSync("x", { callbacks: [raising, heard] })).toBe("a");
      await (hook === "handleLLMStart" ? turns(20) : heard.terminal());
      expect(log).toHaveBeenCalledWith(expect.stringContaining("stop here"));
      const { error } = await drain(() => llm.stream("x", { callbacks: [raising] }));
      expect(error).toMatchObject({ message: "stop here" });
      await turns(20);
      process.off("unhandledRejection", note);
      log.mockRestore();
      expect(unhandled).toEqual([]);
    },
  );
});
