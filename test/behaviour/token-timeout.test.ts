import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blockThread } from "../helpers/block-thread.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { bothDrivers, ExitLLM, partialOf } from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const SOON_MS = 10_000;

/** One token, and then this for ever. */
const beating = (text: string, delayMs = 20): Script => ({
  headers: { "content-type": "text/event-stream" },
  steps: [{ text: 'data: {"text":"Hal"}\n\n' }, { delayMs, text, repeat: 1_000_000 }],
});

const whole = events("All of it", { done: true });

describe.each(bothDrivers)("timeouts.token, through $name", ({ call, blocks }) => {
  const timeouts = { token: 150, idle: 60_000 };

  it.each([
    ["comments", ": keep-alive\n\n"],
    ["ping events", 'event: ping\ndata: {"metadata":{"type":"ping"}}\n\n'],
    ["empty deltas", 'data: {"text":"","reasoning":"","toolCalls":[]}\n\n'],
    ["token counts", 'data: {"usage":{"inputTokens":1,"outputTokens":1}}\n\n'],
    ["ids and names", 'data: {"id":"1","model":"m","done":false,"metadata":{"a":1}}\n\n'],
  ])("ends a stream that says nothing but %s", async (_, text) => {
    const { url, id } = serve(server, beating(text));
    const started = performance.now();
    const error = await rejection(call(new ExitLLM(url, { timeouts, maxRetries: 0 })));
    expect(performance.now() - started).toBeLessThan(SOON_MS);
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "token", timeoutMs: 150 });
    expect((error as Error).message).toMatch(/no content .*150 ms.* Raise timeouts\.token/);
    expect(partialOf(error)).toBe("Hal");
    await server.seen(({ closedByPeerMs }) => closedByPeerMs !== undefined, id);
  });

  it("ends one whose keep-alives come as fast as they can, before, in and behind the answer", async () => {
    const flood = (first: string): string =>
      serve(server, {
        headers: { "content-type": "text/event-stream" },
        steps: [{ text: first }, { text: ": keep-alive\n\n".repeat(20), repeat: 1_000_000 }],
      }).url;
    const fields = { timeouts, endGraceMs: 150, maxRetries: 0 };
    const hurried = { ...fields, timeouts: { ...timeouts, firstChunk: 150 } };
    const before = await rejection(call(new ExitLLM(flood(": hello\n\n"), hurried)));
    expect(before).toMatchObject({ phase: "firstChunk", timeoutMs: 150 });
    const inside = await rejection(call(new ExitLLM(flood('data: {"text":"a"}\n\n'), fields)));
    expect(inside).toMatchObject({ phase: "token", timeoutMs: 150 });
    expect(await call(new ExitLLM(flood('data: {"text":"a","done":true}\n\n'), fields))).toBe("a");
  });

  it("begins anew with each piece of content, of whatever kind", async () => {
    const pieces = ["a", { reasoning: "b" }, { text: "c" }, { reasoning: "d" }, "e", "f"];
    const script = events(...pieces.flatMap((piece) => [150, piece]), { done: true });
    const model = new ExitLLM(serve(server, script).url, { timeouts: { token: 600 } });
    expect(await call(model)).toBe("acef");
  });

  it("does not run while the reader is away", async () => {
    const script: Script = {
      headers: { "content-type": "text/event-stream" },
      steps: [
        { text: 'data: {"text":"a"}\n\n' },
        { delayMs: 10, text: ": keep-alive\n\n", repeat: 5 },
        { text: 'data: {"text":"b","done":true}\n\n' },
      ],
    };
    const model = new ExitLLM(serve(server, script).url, { timeouts: { token: 250 } });
    const away = (): unknown =>
      blocks ? blockThread(500) : new Promise((slept) => setTimeout(slept, 500));
    expect(await call(model, {}, away)).toBe("ab");
  });

  it("is off with 0", async () => {
    const script = events("a", 400, "b", { done: true });
    const model = new ExitLLM(serve(server, script).url, { timeouts: { token: 0 } });
    expect(await call(model)).toBe("ab");
  });

  it("leaves the end of a complete answer to the grace", async () => {
    const steps = [{ text: 'data: {"text":"a","done":true}\n\n' }];
    const script = beating(": keep-alive\n\n");
    const { url } = serve(server, { ...script, steps: [...steps, ...script.steps!.slice(1)] });
    const model = new ExitLLM(url, { timeouts: { token: 5 }, endGraceMs: 200 });
    expect(await call(model)).toBe("a");
  });

  it("lets the answer be gone on with", async () => {
    const { url } = serve(server, beating(": keep-alive\n\n"), events("f of it", { done: true }));
    const model = Object.assign(new ExitLLM(url, { timeouts }), { continueFrom: () => ({}) });
    expect(await call(model)).toBe("Half of it");
  });
});

describe("timeouts.token of an answer that nobody has seen", () => {
  it.each(["invoke", "invokeSync"] as const)("lets %s() ask again", async (name) => {
    const { url, id } = serve(server, beating(": keep-alive\n\n"), whole);
    const model = new ExitLLM(url, { timeouts: { token: 150 } });
    expect(await model[name]("x")).toBe("All of it");
    expect(await server.log(id)).toHaveLength(2);
  });
});
