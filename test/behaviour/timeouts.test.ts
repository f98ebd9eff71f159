import { createServer, type AddressInfo, type Server } from "node:net";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Agent } from "undici";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../helpers/scripted-server.js";
import { drain, drainSync, events, rejection, serve, stalling } from "../helpers/delta-llm.js";
import { Deadlines } from "../../src/streaming/retry/deadlines.js";
import { sleepSync } from "../../src/transport/timers.js";
import { resolveSettings } from "../../src/streaming/settings/resolve-settings.js";
import {
  bothDrivers,
  chatClass,
  everyPath,
  ExitLLM,
  innerStream,
  innerStreamSync,
  llmClass,
  partialOf,
  type Fields,
} from "../helpers/exit-models.js";

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

type Timeouts = NonNullable<Fields["timeouts"]>;

const SSE = { "content-type": "text/event-stream" };
const keepAlives = (every: number, count: number): Script["steps"] => [
  { delayMs: every, text: ": still here\n\n", repeat: count },
];

/** Much longer than any timeout here, much shorter than the test. */
const SOON_MS = 8000;

describe.each(bothDrivers)("the timeouts, through $name", ({ call }) => {
  it.each<{ phase: string; timeouts: Timeouts; script: Script; text?: string; why: string }>([
    {
      why: "no head",
      phase: "headers",
      timeouts: { headers: 80 },
      script: { headDelayMs: 60_000 },
    },
    {
      why: "no byte of the body",
      phase: "firstChunk",
      timeouts: { firstChunk: 80 },
      script: stalling(),
    },
    {
      why: "a head, but late",
      phase: "firstChunk",
      timeouts: { firstChunk: 150, headers: 5000 },
      script: { ...stalling(), headDelayMs: 60_000 },
    },
    {
      why: "nothing but keep-alives, which are no token",
      phase: "firstChunk",
      timeouts: { firstChunk: 200, idle: 5000 },
      script: { headers: SSE, steps: keepAlives(20, 400)! },
    },
    {
      why: "silence before the first token",
      phase: "idle",
      timeouts: { idle: 80 },
      script: stalling(),
    },
    {
      why: "silence in mid-stream",
      phase: "idle",
      timeouts: { idle: 80 },
      script: stalling("a", "b"),
      text: "ab",
    },
    {
      why: "an answer without end",
      phase: "total",
      timeouts: { total: 200, idle: 5000 },
      script: {
        headers: SSE,
        steps: [{ text: 'data: {"text":"a"}\n\n' }, ...keepAlives(20, 400)!],
      },
      text: "a",
    },
    { why: "no head", phase: "total", timeouts: { total: 80 }, script: { headDelayMs: 60_000 } },
  ])("end a call in the phase $phase: $why", async ({ phase, timeouts, script, text = "" }) => {
    const { url, id } = serve(server, script);
    const model = new ExitLLM(url, { maxRetries: 0, timeouts });
    const started = performance.now();
    const error = await rejection(call(model));
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect(error).toMatchObject({ name: "TimeoutError", code: "TIMEOUT", phase });
    expect((error as { timeoutMs: number }).timeoutMs).toBe(timeouts[phase as keyof Timeouts]);
    // On a machine that is slow, a timeout so short may pass before the first token, or the request.
    expect(["", text]).toContain(partialOf(error));
    if ((await server.log(id)).length > 0) {
      await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
    }
  });

  it("end a call in the phase connect: a handshake that never ends", async () => {
    const url = `https://127.0.0.1:${(deaf.address() as AddressInfo).port}/`;
    const error = await rejection(
      call(new ExitLLM(url, { maxRetries: 0, timeouts: { connect: 80 } })),
    );
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "connect", timeoutMs: 80 });
  });

  it("let a keep-alive count as a byte", async () => {
    const script: Script = {
      headers: SSE,
      steps: [...keepAlives(60, 12)!, { text: 'data: {"text":"a","done":true}\n\n' }],
    };
    const { url } = serve(server, script);
    // 720 ms of comments, none of them 600 ms after the one before.
    expect(await call(new ExitLLM(url, { timeouts: { idle: 600 } }))).toBe("a");
  });

  it("begin anew for each read, not for the whole answer", async () => {
    const script = events("a", 150, "b", 150, "c", 150, "d", 150, "e", { done: true });
    const { url } = serve(server, script);
    expect(await call(new ExitLLM(url, { timeouts: { idle: 550, firstChunk: 550 } }))).toBe(
      "abcde",
    );
  });

  it("of a call replace those of the constructor, one by one", async () => {
    const { url } = serve(server, stalling("a"));
    const model = new ExitLLM(url, { maxRetries: 0, timeouts: { idle: 60_000, total: 60_000 } });
    const error = await rejection(call(model, { timeouts: { idle: 80 } }));
    expect(error).toMatchObject({ phase: "idle", timeoutMs: 80 });
  });

  it("are off with 0", async () => {
    const { url } = serve(server, { ...events("a", 100, { done: true }), headDelayMs: 100 });
    const timeouts = { connect: 0, headers: 0, firstChunk: 0, idle: 0, total: 0 };
    expect(await call(new ExitLLM(url, { timeouts }))).toBe("a");
  });
});

describe("timeouts.total", () => {
  const endless: Script = {
    headers: SSE,
    steps: [{ delayMs: 1, text: 'data: {"text":"a","done":false}\n\n', repeat: 60_000 }],
  };
  const total = 400;

  // Where LangChain reads in between, as in streamEvents, it is not slow.
  const direct = everyPath.filter(({ path }) => path === "stream" || path === "streamSync");
  describe.each(direct)("ends a call whose reader is slow: $title", ({ create, call, blocks }) => {
    it.each([
      ["though tokens come", endless],
      // Its tokens have arrived long before the reader takes the second of them.
      ["though all has come", events(...Array.from({ length: 40 }, () => "a"), { done: true })],
    ])("%s", async (_, script) => {
      const model = create(serve(server, script).url, { maxRetries: 0, timeouts: { total } });
      let read = "";
      const started = performance.now();
      const error = await rejection(
        call(model, {}, (text) => {
          read += text;
          if (!blocks) return new Promise((slept) => setTimeout(slept, 50));
          sleepSync(50);
          return undefined;
        }),
      );
      expect(performance.now() - started).toBeLessThan(SOON_MS);
      expect(error).toMatchObject({ code: "TIMEOUT", phase: "total", timeoutMs: total });
      expect((error as Error).message).toMatch(/^Exit(LLM|Chat): POST http/);
      expect(partialOf(error)).toBe(read);
    });
  });

  it.each([llmClass, chatClass])(
    "closes the connection and ends the run of $name while nobody reads",
    async ({ create }) => {
      const { url, id } = serve(server, stalling("a"));
      const model = create(url, { maxRetries: 0, timeouts: { total }, maxConcurrency: 1 });
      const failed: unknown[] = [];
      const callbacks = [{ handleLLMError: (error: unknown) => void failed.push(error) }];
      const tokens = (await model.stream("Why?", { callbacks })) as AsyncIterable<unknown>;
      const iterator = tokens[Symbol.asyncIterator]();
      await iterator.next();
      await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
      await expect.poll(() => failed).toHaveLength(1);
      expect(failed[0]).toMatchObject({ phase: "total", partial: "a" });
      // The place is free, though the reader has not come back.
      const other = model.invoke("Why?", { timeouts: { total: 50 } });
      expect(await rejection(other)).toMatchObject({ phase: "total", timeoutMs: 50 });
      expect(await server.log(id)).toHaveLength(2);
      expect(await rejection(iterator.next())).toBe(failed[0]);
      expect(await iterator.next()).toMatchObject({ done: true });
      expect(failed).toHaveLength(1);
    },
  );

  it("does not wait for a handler that is slower", async () => {
    const { url, id } = serve(server, stalling("a"));
    const model = new ExitLLM(url, { maxRetries: 0, timeouts: { total } });
    const handler = BaseCallbackHandler.fromMethods({
      handleLLMNewToken: () => new Promise<void>(() => undefined),
    });
    handler.awaitHandlers = true;
    const error = await rejection(model.invoke("Why?", { callbacks: [handler] }));
    expect(error).toMatchObject({ phase: "total" });
    await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
  });
});

describe("the body of an error", () => {
  it("is not waited for when it does not come, nor for long when it never ends", async () => {
    const { url } = serve(server, { status: 400, steps: [{ text: "half of" }], end: "stall" });
    const model = new ExitLLM(url, { maxRetries: 0, timeouts: { idle: 60 } });
    expect(await rejection(model.invoke("Why?"))).toMatchObject({ status: 400, body: "half of" });

    const { timeouts } = resolveSettings({}, {});
    const { at } = new Deadlines(timeouts).errorBody();
    expect(at - performance.now()).toBeLessThanOrEqual(5000);
  });
});

describe("LangChain's timeout and signal", () => {
  // LangChain makes a signal of `timeout` for its own calls only.
  it.each([llmClass, chatClass])("end a call of the inner hooks of $name", async ({ create }) => {
    const { url } = serve(server, stalling("a"));
    const model = create(url, { maxRetries: 0, timeouts: { total: SOON_MS } });
    const expected = { code: "TIMEOUT", phase: "total", timeoutMs: 300 };
    const { error } = await drain(() => innerStream(model, { timeout: 300 }));
    expect(error).toMatchObject(expected);
    expect(drainSync(() => innerStreamSync(model, { timeout: 300 })).error).toMatchObject(expected);
  });

  it.each(everyPath)("end the call: $title", async ({ create, call, blocks }) => {
    const { url, id } = serve(server, stalling("a"));
    const model = create(url, { maxRetries: 0, timeouts: { total: SOON_MS } });
    const started = performance.now();
    const timedOut = await rejection(call(model, { timeout: 120 }));
    expect((timedOut as Error).name).toBe("TimeoutError");
    // A blocked thread hears of no signal.
    if (!blocks) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 60);
      const aborted = await rejection(call(model, { signal: controller.signal }));
      expect((aborted as Error).name).toBe("AbortError");
      if ((await server.log(id)).length > 0) {
        await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
      }
    }
    expect(performance.now() - started).toBeLessThan(SOON_MS);
  });
});

describe("undici's own timeouts", () => {
  it("never decide: every request is sent without", async () => {
    const sent: object[] = [];
    const agent = new Agent();
    const dispatcher = {
      dispatch: (options: object, handler: object) => {
        sent.push(options);
        return agent.dispatch(options as never, handler);
      },
    };
    const { url } = serve(
      server,
      { status: 503, headers: { "retry-after-ms": "1" } },
      events("a", { done: true }),
    );
    expect(await new ExitLLM(url, { dispatcher }).invoke("Why?")).toBe("a");
    expect(sent).toHaveLength(2);
    for (const options of sent)
      expect(options).toMatchObject({ headersTimeout: 0, bodyTimeout: 0 });
    await agent.close();
  });

  it("of a dispatcher from outside do not decide either", async () => {
    const dispatcher = new Agent({ headersTimeout: 50, bodyTimeout: 50 });
    const { url } = serve(server, { ...events("a", 1200, { done: true }), headDelayMs: 1200 });
    expect(await new ExitLLM(url, { dispatcher, maxRetries: 0 }).invoke("Why?")).toBe("a");
    await dispatcher.close();
  });
});
