import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type {
  AttemptDiagnostics,
  CallDiagnostics,
  DiagnosticsMessages,
  RetryDiagnostics,
} from "http-streaming-llm";
import { scriptedTransport } from "http-streaming-llm/testing";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve, stalling } from "../helpers/delta-llm.js";
import { bothDrivers, ExitChat, ExitLLM } from "../helpers/exit-models.js";

const server = useScriptedServer();

type Name = keyof DiagnosticsMessages;
type Message = DiagnosticsMessages[Name];

const NAMES: readonly Name[] = [
  ...(["call", "attempt"] as const).flatMap((kind) =>
    (["start", "end", "asyncStart", "asyncEnd", "error"] as const).map(
      (event) => `tracing:http-streaming-llm:${kind}:${event}` as const,
    ),
  ),
  "http-streaming-llm:attempt:headers",
  "http-streaming-llm:attempt:firstToken",
  "http-streaming-llm:call:retry",
  "http-streaming-llm:call:continue",
];

/** Listens to channels; writes down what it hears, as it is at that moment. */
class Listener {
  readonly heard: { readonly name: string; readonly message: Message }[] = [];
  readonly #subscriptions: [Name, (message: unknown) => void][] = [];

  constructor(names = NAMES) {
    for (const name of names) {
      const onMessage = (message: unknown): void => {
        const copy = structuredClone(message) as Message;
        this.heard.push({
          name: name.replace(/^(tracing:)?http-streaming-llm:/, ""),
          message: copy,
        });
      };
      subscribe(name, onMessage);
      this.#subscriptions.push([name, onMessage]);
    }
  }

  get names(): string[] {
    return this.heard.map(({ name }) => name);
  }

  /** The last message of a name. */
  last<M extends Message>(name: string): M {
    const found = this.heard.filter((entry) => entry.name === name).at(-1);
    if (found === undefined) throw new Error(`nothing came on ${name}`);
    return found.message as M;
  }

  stop(): void {
    for (const [name, onMessage] of this.#subscriptions) unsubscribe(name, onMessage);
  }
}

let listener: Listener;
// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  listener = new Listener();
});
afterEach(() => {
  vi.restoreAllMocks();
  listener.stop();
});

const answer = {
  ...events("Hel", { text: "lo", id: "answer-1", model: "m-2" }, 20, "!", {
    finishReason: "stop",
    usage: { inputTokens: 3, outputTokens: 4 },
  }),
};
const named = { ...answer, headers: { ...answer.headers, "x-request-id": "req-7" } };

describe.each(bothDrivers)("the channels of a call, through $name", ({ call, blocks }) => {
  const done = blocks ? "end" : "asyncEnd";
  /** A call's or an attempt's first messages and its last ones. */
  const begun = (kind: string) => (blocks ? [`${kind}:start`] : [`${kind}:start`, `${kind}:end`]);
  const over = (kind: string) =>
    blocks ? [`${kind}:end`] : [`${kind}:asyncStart`, `${kind}:asyncEnd`];

  it("tell of an answer from start to end", async () => {
    const { url } = serve(server, named);
    expect(await call(new ExitLLM(url))).toBe("Hello!");
    expect(listener.names).toEqual([
      ...begun("call"),
      ...begun("attempt"),
      "attempt:headers",
      "attempt:firstToken",
      ...over("attempt"),
      ...over("call"),
    ]);
    const message = listener.last<CallDiagnostics>(`call:${done}`);
    expect(message).toMatchObject({
      modelClass: "ExitLLM",
      operation: "text_completion",
      streaming: true,
      url: url.replace(/\?.*/, ""),
      attempts: 1,
      continued: 0,
      requestId: "req-7",
      responseId: "answer-1",
      responseModel: "m-2",
      finishReason: "stop",
      usage: { inputTokens: 3, outputTokens: 4 },
      records: 4,
      outcome: "answered",
    });
    const { bytes, timeToFirstTokenMs = 0, durationMs = 0 } = message;
    expect(bytes).toBe(answer.steps!.reduce((sum, { text = "" }) => sum + text.length, 0));
    expect(timeToFirstTokenMs).toBeGreaterThan(0);
    expect(durationMs).toBeGreaterThanOrEqual(timeToFirstTokenMs);
    const attempt = listener.last<AttemptDiagnostics>(`attempt:${done}`);
    expect(attempt).toMatchObject({ attempt: 0, status: 200, requestId: "req-7", records: 4 });
    expect(attempt.headersMs).toBeLessThanOrEqual(attempt.durationMs ?? 0);
  });

  it("tell of the silences between two reads that gave content", async () => {
    const body = (answer.steps ?? []).map(({ text = "" }) => text);
    const headers = { "content-type": "text/event-stream" };
    const transport = scriptedTransport([{ headers, body }]);
    expect(await call(new ExitLLM("http://models.test/", { transport }))).toBe("Hello!");
    const { gaps, tokensPerSecond } = listener.last<CallDiagnostics>(`call:${done}`);
    const { count, meanMs, longestMs } = gaps!;
    // The last of four reads holds no content.
    expect(count).toBe(2);
    expect(longestMs).toBeGreaterThanOrEqual(meanMs);
    expect(tokensPerSecond).toBeCloseTo((3 * 1000) / (count * meanMs));
  });

  it("tell of attempts that fail, and of what follows", async () => {
    const { url } = serve(server, { status: 503 }, named);
    expect(await call(new ExitLLM(url))).toBe("Hello!");
    expect(listener.names).toEqual([
      ...begun("call"),
      ...begun("attempt"),
      "attempt:headers",
      "attempt:error",
      ...over("attempt"),
      "call:retry",
      ...begun("attempt"),
      "attempt:headers",
      "attempt:firstToken",
      ...over("attempt"),
      ...over("call"),
    ]);
    const error = { name: "HttpStatusError", code: "HTTP_STATUS", status: 503 };
    expect(listener.last<RetryDiagnostics>("call:retry")).toMatchObject({
      call: { attempts: 1 },
      attempt: 0,
      error,
      pauseMs: 0,
    });
    expect(listener.last<AttemptDiagnostics>("attempt:error")).toMatchObject({
      status: 503,
      error,
    });
    expect(listener.last<CallDiagnostics>(`call:${done}`)).toMatchObject({ attempts: 2 });
  });

  it("tell of a call that fails, with no content and no secret in any message", async () => {
    const body = JSON.stringify({ error: { message: "no SECRET-PROMPT", code: "too_long" } });
    const { url } = serve(
      server,
      events("SECRET-TEXT", { error: { message: "SECRET-WORDS", type: "overloaded" } }),
      { status: 400, steps: [{ text: body }] },
    );
    const secret = `${url}&key=SECRET-KEY`;
    const fields = { headers: { authorization: "Bearer SECRET-TOKEN" }, maxRetries: 0 };
    await rejection(call(new ExitLLM(secret, fields)));
    expect(listener.last<CallDiagnostics>("call:error")).toMatchObject({
      outcome: "failed",
      error: { name: "ModelStreamError", code: "MODEL_STREAM", providerType: "overloaded" },
    });
    await rejection(call(new ExitLLM(secret, fields)));
    expect(listener.last<CallDiagnostics>("call:error")).toMatchObject({
      error: { status: 400, providerCode: "too_long" },
    });
    expect(JSON.stringify(listener.heard)).not.toMatch(/SECRET|Why\?/);
  });

  it("tell of a hook that throws: no attempt was made", async () => {
    const buildPayload = () => {
      throw new Error("broken");
    };
    await rejection(call(new ExitLLM(server.url(named), { buildPayload })));
    expect(listener.names).toEqual([...begun("call"), "call:error", ...over("call")]);
    expect(listener.last<CallDiagnostics>("call:error")).toMatchObject({
      attempts: 0,
      error: { name: "HookError", code: "HOOK" },
    });
  });

  it("tell of a reader who leaves", async () => {
    await call(new ExitLLM(server.url(stalling("a"))), {}, () => "leave");
    const { outcome } = listener.last<CallDiagnostics>(`call:${done}`);
    expect(outcome).toBe("cancelled");
    expect(listener.last<AttemptDiagnostics>(`attempt:${done}`).outcome).toBe("cancelled");
    expect(listener.names).not.toContain("call:error");
  });
});

describe("the channels of a call", () => {
  it("tell of an abort", async () => {
    for (const abortWhile of ["reading", "waiting"]) {
      const controller = new AbortController();
      const model = new ExitLLM(server.url(stalling("a")));
      const stream = await model.stream("Why?", { signal: controller.signal });
      await stream.next();
      const pending = abortWhile === "waiting" ? rejection(stream.next()) : undefined;
      controller.abort();
      await pending;
      await vi.waitFor(() => expect(listener.names.at(-1)).toBe("call:asyncEnd"));
      expect(listener.last<CallDiagnostics>("call:asyncEnd").outcome).toBe("cancelled");
      listener.heard.length = 0;
    }
  });

  it("name the operation of a chat model, and the model that its payload names", async () => {
    const buildPayload = () => ({ model: "m-1", messages: [] });
    await new ExitChat(server.url(named), { buildPayload }).invoke("Why?");
    expect(listener.last<CallDiagnostics>("call:asyncEnd")).toMatchObject({
      modelClass: "ExitChat",
      operation: "chat",
      requestModel: "m-1",
    });
  });

  it("number the calls, and share one object from start to end", async () => {
    const seen: CallDiagnostics[] = [];
    const onMessage = (message: unknown): void => void seen.push(message as CallDiagnostics);
    const handlers = { start: onMessage, asyncEnd: onMessage };
    const tracing = tracingChannel<unknown, object>("http-streaming-llm:call");
    tracing.subscribe(handlers as never);
    const model = new ExitLLM(server.url(named));
    await model.invoke("Why?");
    await model.invoke("Why?");
    tracing.unsubscribe(handlers as never);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[2]).toBe(seen[3]);
    expect(seen[2]?.callId).toBe((seen[0]?.callId ?? 0) + 1);
  });

  it("carry the caller's context", async () => {
    listener.stop();
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const storage = new AsyncLocalStorage<string>();
    const contexts: unknown[] = [];
    const onEnd = (): void => void contexts.push(storage.getStore());
    subscribe("tracing:http-streaming-llm:call:asyncEnd", onEnd);
    await storage.run("caller", () => new ExitLLM(server.url(named)).invoke("Why?"));
    unsubscribe("tracing:http-streaming-llm:call:asyncEnd", onEnd);
    expect(contexts).toEqual(["caller"]);
  });

  it("are silent for a call that began while nobody listened", async () => {
    listener.stop();
    const stream = await new ExitLLM(server.url(named)).stream("Why?");
    await stream.next();
    listener = new Listener();
    for await (const _ of stream);
    expect(listener.heard).toEqual([]);
  });
});
