import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stampRetryable } from "@langchain/core/errors";
import { HttpStatusError, type HttpStreamingError } from "http-streaming-llm";
import { retryDelayMs } from "../../src/streaming/retry/retry.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve, stalling } from "../helpers/delta-llm.js";
import {
  everyTransport,
  chatClass,
  ExitLLM,
  llmClass,
  type Fields,
  type Hooks,
} from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const answer = events("a", { done: true });
const failing = (status: number, headers: Record<string, string> = {}): Script => ({
  status,
  headers,
});

describe.each(everyTransport)("a failed attempt, through $name", ({ call }) => {
  async function outcome(
    fields: Fields,
    ...scripts: Script[]
  ): Promise<{ text: string; requests: number }> {
    const { url, id } = serve(server, ...scripts);
    const text = await call(new ExitLLM(url, fields)).catch(
      (error: unknown) => (error as HttpStreamingError).code,
    );
    return { text, requests: (await server.log(id)).length };
  }

  it.each([408, 409, 425, 429, 500, 502, 503, 504])(
    "is followed by another after %i",
    async (status) => {
      expect(await outcome({}, failing(status), answer)).toEqual({ text: "a", requests: 2 });
    },
  );

  it.each([400, 401, 403, 404, 405, 413, 422])("is the last after %i", async (status) => {
    expect(await outcome({}, failing(status), answer)).toEqual({
      text: "HTTP_STATUS",
      requests: 1,
    });
  });

  it.each<[string, Script]>([
    ["a reset before the head", { noHead: true, end: "reset" }],
    ["a close before the head", { noHead: true, end: "destroy" }],
    ["an empty body", { ...events() }],
    ["a body that breaks off before the first token", { ...events(), end: "destroy" }],
    [
      "a body that breaks off inside the first record",
      { ...events(), steps: [{ text: 'data: {"te' }], end: "reset" },
    ],
    ["a provider's error that says so", events({ error: { message: "loading", retryable: true } })],
  ])("is followed by another after %s", async (_, script) => {
    expect(await outcome({}, script, answer)).toEqual({ text: "a", requests: 2 });
  });

  it.each<[string, Script, string]>([
    ["a reset after the first token", { ...events("a"), end: "reset" }, "TRUNCATED_STREAM"],
    [
      "a provider's error after it",
      events("a", { error: { message: "full", retryable: true } }),
      "MODEL_STREAM",
    ],
    ["a provider's error that says nothing", events({ error: "full" }), "MODEL_STREAM"],
    [
      "a record that cannot be read",
      { ...events(), steps: [{ text: "data: {\n\n" }] },
      "CHUNK_PARSE",
    ],
    [
      "a page of HTML",
      { headers: { "content-type": "text/html" }, steps: [{ text: "<html>" }] },
      "UNEXPECTED_CONTENT_TYPE",
    ],
  ])("is the last after %s", async (_, script, code) => {
    expect(await outcome({}, script, answer)).toEqual({ text: code, requests: 1 });
  });

  const said = (status: number, error: object): Script => ({
    status,
    headers: { "content-type": "application/json" },
    steps: [{ text: JSON.stringify({ error: { message: "no", ...error } }) }],
  });

  it.each([
    { code: "insufficient_quota" },
    { type: "insufficient_quota" },
    { type: "exceeded_current_quota_error" },
    { code: "billing_hard_limit_reached" },
    { code: "billing_not_active" },
    { type: "billing_error" },
    { code: "Arrearage" },
    { code: "content_filter" },
    { code: "content_policy_violation" },
    { code: "ResponsibleAIPolicyViolation" },
    { code: "DataInspectionFailed" },
    { code: "context_length_exceeded" },
    { type: "exceed_context_size_error" },
  ])("is the last where waiting cannot cure it: $code $type", async (error) => {
    for (const script of [said(429, error), said(500, error)]) {
      expect(await outcome({}, script, answer)).toEqual({ text: "HTTP_STATUS", requests: 1 });
    }
    const inside = events({ error: { message: "no", retryable: true, ...error } });
    expect(await outcome({}, inside, answer)).toEqual({ text: "MODEL_STREAM", requests: 1 });
  });

  it.each([
    { code: "rate_limit_exceeded", type: "requests" },
    { code: "RESOURCE_EXHAUSTED" },
    { code: "token_quota_exceeded", type: "too_many_tokens_error" },
    { code: 429 },
    { type: "overloaded_error" },
    { type: "engine_overloaded" },
  ])("is followed by another where it can: $code $type", async (error) => {
    expect(await outcome({}, said(429, error), answer)).toEqual({ text: "a", requests: 2 });
  });

  it("is the last where LangChain's mark says so, unless shouldRetry insists", async () => {
    const shouldRetry = (error: HttpStreamingError) => void stampRetryable(error, false);
    const { url, id } = serve(server, failing(503), answer);
    await expect(call(Object.assign(new ExitLLM(url), { shouldRetry }))).rejects.toThrow();
    expect(await server.log(id)).toHaveLength(1);
    const { url: other } = serve(server, said(429, { code: "insufficient_quota" }), answer);
    const insisting = Object.assign(new ExitLLM(other), { shouldRetry: () => true });
    expect(await call(insisting)).toBe("a");
  });

  it("is followed by another as often as maxRetries says, and onFailedAttempt is told", async () => {
    for (const maxRetries of [0, 1, 3]) {
      const told: unknown[] = [];
      const onFailedAttempt = (error: unknown) => void told.push(error);
      const storm = await outcome({ maxRetries, onFailedAttempt }, failing(503));
      expect(storm).toEqual({ text: "HTTP_STATUS", requests: maxRetries + 1 });
      expect(told).toHaveLength(maxRetries);
      expect(told.every((error) => HttpStatusError.isInstance(error))).toBe(true);
    }
  });

  it("shows nothing of the call to onFailedAttempt but the error", async () => {
    const seen: unknown[] = [];
    function onFailedAttempt(this: unknown) {
      seen.push(this);
    }
    await outcome({ maxRetries: 1, onFailedAttempt }, failing(503));
    expect(seen).toEqual([undefined]);
  });

  it("is the last where the call says maxRetries: 0", async () => {
    const { url, id } = serve(server, failing(503), answer);
    await expect(
      call(new ExitLLM(url, { maxRetries: 5 }), { maxRetries: 0 }),
    ).rejects.toMatchObject({ status: 503 });
    expect(await server.log(id)).toHaveLength(1);
  });

  it("is the last when onFailedAttempt throws, and its exception is the outcome", async () => {
    const onFailedAttempt = () => {
      throw new RangeError("enough");
    };
    const { url, id } = serve(server, failing(503), answer);
    await expect(call(new ExitLLM(url, { onFailedAttempt }))).rejects.toMatchObject({
      message: "enough",
    });
    expect(await server.log(id)).toHaveLength(1);
  });

  it("is followed by another where nobody listened", async () => {
    const unused = createServer();
    await new Promise<void>((resolve) => unused.listen(0, "127.0.0.1", resolve));
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    let failures = 0;
    const model = new ExitLLM(`http://127.0.0.1:${port}/`, { onFailedAttempt: () => failures++ });
    await expect(call(model)).rejects.toMatchObject({ code: "CONNECTION" });
    expect(failures).toBe(2);
  });

  it.each([
    ["retry-after in seconds", { "retry-after": "7" }, 7000],
    [
      "retry-after-ms, the more precise one",
      { "retry-after": "7", "retry-after-ms": "1500" },
      1500,
    ],
    ["a date that has passed", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, 0],
    ["nonsense", { "retry-after": "soon" }, undefined],
  ])("tells how long to wait: %s", async (_, headers, retryAfterMs) => {
    const { url } = serve(server, failing(429, headers));
    const error: unknown = await call(new ExitLLM(url, { maxRetries: 0 })).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 429 });
    expect((error as HttpStatusError).retryAfterMs).toBe(retryAfterMs);
  });

  it("tells how long to wait: a date", async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    const { url } = serve(server, failing(503, { "retry-after": date }));
    const error = await rejection(call(new ExitLLM(url, { maxRetries: 0 })));
    expect((error as HttpStatusError).retryAfterMs).toBeGreaterThan(20_000);
    expect((error as HttpStatusError).retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  it("is followed by another after the wait that the server asked for", async () => {
    const { url } = serve(server, failing(429, { "retry-after-ms": "120" }), answer);
    const started = performance.now();
    expect(await call(new ExitLLM(url))).toBe("a");
    expect(performance.now() - started).toBeGreaterThan(115);
  });

  it("is the last when the server asks for more than a minute", async () => {
    expect(await outcome({}, failing(429, { "retry-after": "61" }), answer)).toEqual({
      text: "HTTP_STATUS",
      requests: 1,
    });
  });

  it("lets headers() know, so that a refreshed token answers a 401, once", async () => {
    const asked: unknown[] = [];
    const headers: Hooks["headers"] = ({ attempt, error }) => {
      asked.push([attempt, error && (error as HttpStatusError).status]);
      return { authorization: `Bearer token-${attempt}` };
    };
    expect(await outcome({ headers }, failing(401), answer)).toEqual({ text: "a", requests: 2 });
    expect(asked).toEqual([
      [0, undefined],
      [1, 401],
    ]);
    expect(await outcome({ headers }, failing(401))).toEqual({ text: "HTTP_STATUS", requests: 2 });
    const same = () => ({ authorization: "Bearer same" });
    expect(await outcome({ headers: same }, failing(401))).toEqual({
      text: "HTTP_STATUS",
      requests: 1,
    });
  });
});

describe("the pause before another attempt", () => {
  const limited = (retryAfterMs?: number) => new HttpStatusError("", { status: 429, retryAfterMs });

  it("doubles from half a second to eight, with full jitter", () => {
    for (const share of [0, 0.5, 1]) {
      vi.mocked(Math.random).mockReturnValue(share);
      const pauses = [0, 1, 2, 3, 4, 5].map((attempt) => retryDelayMs(limited(), attempt));
      expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 8000].map((ms) => ms * share));
    }
  });

  it("is never longer than a minute, though shouldRetry insists", () => {
    expect(retryDelayMs(limited(3_600_000), 0)).toBe(60_000);
  });

  it("ends at once with an abort", async () => {
    const { url, id } = serve(server, failing(429, { "retry-after": "30" }), answer);
    const controller = new AbortController();
    const model = new ExitLLM(url, {
      onFailedAttempt: () => setImmediate(() => controller.abort()),
    });
    const started = performance.now();
    await expect(model.invoke("Why?", { signal: controller.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await server.log(id)).toHaveLength(1);
  });
});

describe.each([llmClass, chatClass])("maxConcurrency of $name", ({ create }) => {
  const requests = async (id: string) => (await server.log(id)).length;
  const opened = (id: string, count: number) =>
    vi.waitFor(async () => expect(await requests(id)).toBe(count), { timeout: 5000, interval: 10 });

  /** Reads a token, and holds the stream. */
  async function hold(
    model: ReturnType<typeof create>,
    signal?: AbortSignal,
  ): Promise<AsyncGenerator> {
    const tokens = (await model.stream("Why?", {
      ...(signal && { signal }),
    })) as unknown as AsyncGenerator;
    await tokens.next();
    return tokens;
  }

  it("holds a place until the stream ends", async () => {
    const { url, id } = serve(server, stalling("a"));
    const model = create(url, { maxConcurrency: 1 });
    const exits: ((tokens: AsyncGenerator, abort: () => void) => unknown)[] = [
      (tokens) => tokens.return(undefined),
      (_, abort) => abort(),
    ];
    let count = 0;
    for (const exit of exits) {
      const controller = new AbortController();
      const first = await hold(model, controller.signal);
      expect(await requests(id)).toBe(++count);
      const second = hold(model);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await requests(id)).toBe(count);
      await exit(first, () => controller.abort());
      const tokens = await second;
      expect(await requests(id)).toBe(++count);
      await tokens.return(undefined);
    }
  });

  it("gives the place on when a call fails, or its hook throws", async () => {
    const { url } = serve(server, failing(400));
    const model = create(url, { maxConcurrency: 1 });
    for (let run = 0; run < 3; run++) {
      await expect(model.invoke("Why?")).rejects.toMatchObject({ code: "HTTP_STATUS" });
    }
    const broken = create(url, {
      maxConcurrency: 1,
      buildPayload: () => {
        throw new Error("broken");
      },
    });
    for (let run = 0; run < 3; run++) {
      await expect(broken.invoke("Why?")).rejects.toMatchObject({ code: "HOOK" });
    }
  });

  it("lets an abort end the queueing, and the others move up", async () => {
    const { url, id } = serve(server, stalling("a"));
    const model = create(url, { maxConcurrency: 1 });
    const first = await hold(model);
    const controller = new AbortController();
    const queueing = hold(model, controller.signal).catch((error: unknown) => error);
    const third = hold(model);
    controller.abort();
    expect(await queueing).toMatchObject({ name: "AbortError" });
    await first.return(undefined);
    await (await third).return(undefined);
    expect(await requests(id)).toBe(2);
  });

  it("counts no call that waits: for a server with limits, or between two attempts", async () => {
    const limited = serve(server, failing(429, { "retry-after": "50" }));
    const broken = serve(server, failing(503));
    const healthy = serve(server, stalling("a"));
    vi.spyOn(Math, "random").mockReturnValue(1);
    const model = create(healthy.url, { maxConcurrency: 2, maxRetries: 9 });
    const resolveEndpoint = ({ headers }: { headers?: Record<string, string> }) => {
      return headers?.authorization ?? healthy.url;
    };
    Object.assign(model, { resolveEndpoint });
    const controller = new AbortController();
    const waiting = [limited, limited, limited, broken, broken, broken].map(({ url }) => {
      // Limits are those of an account.
      const options = { headers: { authorization: url }, signal: controller.signal };
      return rejection(model.invoke("Why?", options));
    });
    // Nobody waits for the fifty seconds, and only two are answered at a time, also once the others have gone.
    const first = await hold(model);
    const second = await hold(model);
    controller.abort();
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ name: "AbortError" });
    }
    const third = hold(model);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await requests(healthy.id)).toBe(2);
    await first.return(undefined);
    await (await third).return(undefined);
    await second.return(undefined);
    expect(await requests(healthy.id)).toBe(3);
  });

  it("holds a place until the connection is free, though the answer is complete", async () => {
    // Nothing comes after the last record, but no end either: it is waited for a little, and then closed.
    const steps = [{ text: 'data: {"text":"a"}\n\ndata: [DONE]\n\n' }];
    const script: Script = { ...events(), steps, end: "stall" };
    const { url, id } = serve(server, script);
    const model = create(url, { maxConcurrency: 1 });
    await model.batch(["Why?", "Who?", "When?"]);
    const seen = await vi.waitFor(async () => {
      const requested = await server.log(id);
      expect(requested).toHaveLength(3);
      for (const { closedByPeerMs } of requested) expect(closedByPeerMs).toBeDefined();
      return requested;
    }, 5000);
    const overlaps = seen
      .slice(1)
      .map(({ startedMs }, at) => seen[at]!.startedMs + seen[at]!.closedByPeerMs! - startedMs);
    // Half of the time for which such a body is waited for; the server may see the two in any order.
    for (const overlap of overlaps) expect(overlap).toBeLessThan(100);
  });

  it("counts streams in flight over all paths", async () => {
    const { url, id } = serve(server, events("a", 40, "b", { done: true }));
    let running = 0;
    let most = 0;
    const model = create(url, {
      maxConcurrency: 3,
      headers: () => {
        most = Math.max(most, ++running);
        return {};
      },
      parseChunk: (record) => {
        if (record.done === true) running--;
        return record;
      },
    });
    const run = async (n: number): Promise<void> => {
      if (n % 2 === 0) await model.invoke("Why?");
      else for await (const _ of (await model.stream("Why?")) as AsyncIterable<unknown>);
    };
    await Promise.all(Array.from({ length: 10 }, (_, n) => run(n)));
    expect(most).toBe(3);
    await opened(id, 10);
  });
});
