import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { RunnableLambda } from "@langchain/core/runnables";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../../helpers/scripted-server.js";
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

let server: ScriptedServer;
let deaf: Server;
beforeAll(async () => {
  server = await startScriptedServer();
  // Takes connections and says nothing: a TLS handshake with it never ends.
  deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await server.close();
  deaf.close();
});

const closed = (id: string) => server.seen((request) => request.closedByPeerMs !== undefined, id);
/** So short a timeout may pass before the request has left. */
const closedIfSent = async (id: string) => {
  if ((await server.log(id)).length > 0) await closed(id);
};

describe("leaving HttpStreamingLLM", () => {
  it.each(["stream", "_astream", "_streamResponseChunks", "_streamIterator"] as const)(
    "closes the request on break from %s",
    async (path) => {
      const { url, id } = serve(server, stalling("a", "b"));
      for await (const _ of await new DeltaLLM(url)[path]("x", {})) break;
      await closed(id);
    },
  );

  it.each(["_stream", "streamSync"] as const)(
    "closes the request on break from %s",
    async (path) => {
      const { url, id } = serve(server, stalling("a", "b"));
      for (const _ of new DeltaLLM(url)[path]("x")) break;
      await closed(id);
    },
  );

  it("closes the request on break from a chain", async () => {
    const { url, id } = serve(server, stalling("a", "b"));
    const chain = RunnableLambda.from((x: string) => x).pipe(new DeltaLLM(url));
    for await (const _ of await chain.stream("x")) break;
    await closed(id);
  });

  it("closes the request on break from streamEvents", async () => {
    const { url, id } = serve(server, stalling("a", "b"));
    for await (const { event } of new DeltaLLM(url).streamEvents("x", { version: "v2" })) {
      if (event === "on_llm_stream") break;
    }
    await closed(id);
  });

  it.each([1, 2, 3])("closes the request on break from streamLog at patch %d", async (last) => {
    const said = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
    for (const say of said) say.mockReturnValue();
    const { url, id } = serve(server, stalling("a", "b"));
    const recorder = new Recorder();
    let patches = 0;
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
    for await (const _ of new DeltaLLM(url).streamLog("x", { callbacks: [recorder] })) {
      if (++patches === last) break;
    }
    await recorder.terminal();
    expect(recorder.runs.failed).toMatchObject([
      { name: "AbortError", message: "DeltaLLM: the reader stopped reading before the end." },
    ]);
    if ((await server.log(id)).length > 0) await closed(id);
    // LangChain's handler of the log has heard of the end while it could still write it down.
    for (const say of said) {
      expect(say).not.toHaveBeenCalled();
      say.mockRestore();
    }
  });

  it("closes the request when return() comes while a read waits", async () => {
    const { url, id } = serve(server, stalling("a"));
    const chunks = new DeltaLLM(url)._astream("x");
    await chunks.next();
    const waiting = chunks.next();
    await chunks.return(undefined);
    expect(await waiting).toMatchObject({ done: true });
    expect(await chunks.next()).toMatchObject({ done: true });
    await closed(id);
  });

  it("closes the request when return() comes before the first token", async () => {
    const { url, id } = serve(server, { ...stalling(), headDelayMs: 60_000 });
    const chunks = new DeltaLLM(url)._astream("x");
    const waiting = chunks.next();
    await server.seen((request) => request.body !== "", id);
    await chunks.return(undefined);
    expect(await waiting).toMatchObject({ done: true });
    await closed(id);
  });

  it("closes the request as its scope ends (await using)", async () => {
    const { url, id } = serve(server, stalling("a"));
    const chunks = new DeltaLLM(url)._astream("x");
    await chunks.next();
    await chunks[Symbol.asyncDispose]();
    await closed(id);
  });

  it("closes the request when a stop sequence was found", async () => {
    const { url, id } = serve(server, stalling("a.", "b"));
    expect(await new DeltaLLM(url).invoke("x", { stop: ["."] })).toBe("a");
    await closed(id);
    const second = serve(server, stalling("a.", "b"));
    expect(new DeltaLLM(second.url).invokeSync("x", { stop: ["."] })).toBe("a");
    await closed(second.id);
  });

  it("removes its listeners from a signal that outlives the call", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const { url } = serve(server, events("a", { done: true }));
    for await (const _ of new DeltaLLM(url)._astream("x", { signal }));
    for await (const _ of new DeltaLLM(url)._astream("x", { signal })) break;
    expect(listeners).toBe(0);
  });

  it("asks no hook when the signal had fired before", async () => {
    const asked: string[] = [];
    class Asking extends DeltaLLM {
      override async buildPayload(prompt: string) {
        asked.push("buildPayload");
        throw new Error(`nobody should ask about ${prompt}`);
      }
      override resolveEndpoint() {
        asked.push("resolveEndpoint");
        return this.endpoint;
      }
    }
    const error = await rejection(
      new Asking("http://127.0.0.1:9/").invoke("x", { signal: AbortSignal.abort() }),
    );
    expect(error).toMatchObject({ name: "AbortError" });
    expect(asked).toEqual([]);
  });

  it("stops waiting for a hook when the signal fires", async () => {
    const abort = new AbortController();
    class Waiting extends DeltaLLM {
      override buildPayload() {
        setImmediate(() => abort.abort());
        return new Promise(() => undefined);
      }
    }
    const error = await rejection(
      new Waiting("http://127.0.0.1:9/").invoke("x", { signal: abort.signal }),
    );
    expect(error).toMatchObject({ name: "AbortError" });
  });

  it("gives its place to the next call, also when nobody reads on after an abort", async () => {
    const { url, id } = serve(server, stalling("a"));
    const llm = new DeltaLLM(url, { maxConcurrency: 1 });
    for (const path of ["_astream", "stream"] as const) {
      const abort = new AbortController();
      const first = await llm[path]("x", { signal: abort.signal });
      await first[Symbol.asyncIterator]().next();
      abort.abort();
      const second = llm._astream("x");
      expect((await second.next()).value).toMatchObject({ text: "a" });
      await second.return(undefined);
    }
    await closed(id);
  });

  it("stops its retries when the signal fires", async () => {
    const { url, id } = serve(server, { status: 429, headers: { "retry-after": "30" } });
    const abort = new AbortController();
    const onFailedAttempt = () => setImmediate(() => abort.abort());
    const llm = new DeltaLLM(url, { onFailedAttempt });
    expect(await rejection(llm.invoke("x", { signal: abort.signal }))).toMatchObject({
      name: "AbortError",
    });
    expect(await server.log(id)).toHaveLength(1);
  });
});

interface TimeoutCase {
  phase: string;
  timeouts: NonNullable<HttpStreamingLLMFields["timeouts"]>;
  script?: Script;
  text?: string;
}

describe("the timeouts of HttpStreamingLLM", () => {
  const cases: TimeoutCase[] = [
    { phase: "connect", timeouts: { connect: 60 } },
    { phase: "headers", timeouts: { headers: 60 }, script: { headDelayMs: 60_000 } },
    { phase: "firstChunk", timeouts: { firstChunk: 60 }, script: stalling() },
    {
      phase: "firstChunk",
      timeouts: { firstChunk: 450, idle: 400 },
      // Keep-alives are no token.
      script: {
        headers: { "content-type": "text/event-stream" },
        steps: [{ delayMs: 20, text: ":\n\n", repeat: 500 }],
      },
    },
    { phase: "idle", timeouts: { idle: 300 }, script: stalling("a"), text: "a" },
    { phase: "total", timeouts: { total: 500 }, script: stalling("a"), text: "a" },
    { phase: "total", timeouts: { total: 80 }, script: { headDelayMs: 60_000 } },
  ];
  const endpointOf = ({ script }: TimeoutCase) =>
    script === undefined
      ? { url: `https://127.0.0.1:${(deaf.address() as AddressInfo).port}/x`, id: undefined }
      : serve(server, script);

  it.each(cases)("end a call in its phase: $phase $timeouts", async (testCase) => {
    const { phase, timeouts, text = "" } = testCase;
    for (const path of ["async", "sync"] as const) {
      const { url, id } = endpointOf(testCase);
      const llm = new DeltaLLM(url, { maxRetries: 0, timeouts });
      const { items, error } =
        path === "async"
          ? await drain(() => llm.stream("x"))
          : drainSync(() => llm.streamSync("x"));
      expect(items.join("")).toBe(text);
      expect(error, path).toMatchObject({ code: "TIMEOUT", phase, partial: text });
      expect((error as Error).message).toMatch(/^DeltaLLM: POST https?:\/\/127/);
      if (id !== undefined) await closedIfSent(id);
    }
  });

  it("count a call's total over its retries", async () => {
    for (const path of ["async", "sync"] as const) {
      const { url, id } = serve(
        server,
        { status: 503, headers: { "retry-after-ms": "1" } },
        stalling("a"),
      );
      const llm = new DeltaLLM(url, { timeouts: { total: 600 } });
      const { error } =
        path === "async"
          ? await drain(() => llm.stream("x"))
          : drainSync(() => llm.streamSync("x"));
      expect(error).toMatchObject({ code: "TIMEOUT", phase: "total" });
      expect(await server.log(id)).toHaveLength(2);
    }
  });

  it("hold for a call that waits for its place among others", async () => {
    const llm = new DeltaLLM(serve(server, stalling("a")).url, { maxConcurrency: 1 });
    const first = llm._astream("x");
    await first.next();
    const error = await rejection(llm.invoke("x", { timeouts: { total: 30 } }));
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "total", message: /^DeltaLLM: / });
    await first.return(undefined);
  });

  it("hold for a hook that never answers", async () => {
    class Waiting extends DeltaLLM {
      override headers() {
        return new Promise<never>(() => undefined);
      }
    }
    const llm = new Waiting("http://127.0.0.1:9/", { timeouts: { total: 30 } });
    expect(await rejection(llm.invoke("x"))).toMatchObject({ code: "TIMEOUT", phase: "total" });
  });

  it.each([
    ["invoke", (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => llm.invoke("x", options)],
    [
      "generate",
      (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => llm.generate(["x"], options),
    ],
    ["batch", (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => llm.batch(["x"], options)],
    [
      "stream",
      async (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => {
        for await (const _ of await llm.stream("x", options));
      },
    ],
    [
      "invokeSync",
      async (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => llm.invokeSync("x", options),
    ],
    [
      "streamSync",
      async (llm: DeltaLLM, options: HttpStreamingLLMCallOptions) => [
        ...llm.streamSync("x", options),
      ],
    ],
  ])("honour LangChain's timeout in %s", async (_, call) => {
    const { url, id } = serve(server, stalling("a"));
    const llm = new DeltaLLM(url, { timeouts: { idle: 30_000 } });
    const started = performance.now();
    const error = await rejection(call(llm, { timeout: 100 }));
    // Long before the timeout for silence.
    expect(performance.now() - started).toBeLessThan(20_000);
    expect((error as Error).name).toBe("TimeoutError");
    await closedIfSent(id);
  });

  it("say it once when a signal timed out, and name the class", async () => {
    const { url } = serve(server, stalling("a"));
    const error = (await rejection(
      new DeltaLLM(url).invoke("x", { signal: AbortSignal.timeout(400) }),
    )) as Error;
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "total", partial: "a" });
    expect(error.message.match(/DeltaLLM/g)).toHaveLength(1);
  });
});
