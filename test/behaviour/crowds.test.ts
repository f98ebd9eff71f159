import { afterEach, describe, expect, it } from "vitest";
import { HttpStatusError, TimeoutError } from "http-streaming-llm";
import {
  startLimitedServer,
  type LimitedServer,
  type LimitedServerOptions,
} from "../helpers/limited-server.js";
import { startScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { chatClass, ExitLLM, llmClass, type Fields } from "../helpers/exit-models.js";

let servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function limited(options: LimitedServerOptions): Promise<LimitedServer> {
  const server = await startLimitedServer(options);
  servers.push(server);
  return server;
}

/** When so many requests have come. */
const seen = (server: LimitedServer, count: number) =>
  expect.poll(() => server.seen.length, { timeout: 10_000 }).toBe(count);

const prompts = (count: number): string[] =>
  Array.from({ length: count }, (_, number) => `prompt ${number}`);

const SOON = { "retry-after-ms": "60" };
const LATE = { "retry-after": "30" };

describe.each([llmClass, chatClass])("a crowd of calls of $name", ({ create }) => {
  const ask = async (model: ReturnType<typeof create>, prompt: string, options = {}) => {
    const answer = (await model.invoke(prompt, options)) as string | { text: string };
    return typeof answer === "string" ? answer : answer.text;
  };

  it.each([
    ["429 with Retry-After", { headers: SOON }],
    ["503 with Retry-After", { headers: SOON, status: 503 }],
    ["429 without", {}],
  ])("is answered by a server that refuses what is too much: %s", async (_, refusal) => {
    const server = await limited({ capacity: 4, ...refusal });
    const model = create(server.url);
    const all = prompts(40);
    expect(await Promise.all(all.map((prompt) => ask(model, prompt)))).toEqual(all);
    expect(server.refusals()).toBeLessThanOrEqual(43);
  });

  it("goes through first come, first served", async () => {
    const all = prompts(15);
    // It takes none until all have been refused.
    const server = await limited({ capacity: 0, headers: { "retry-after-ms": "300" } });
    const model = create(server.url, {
      onFailedAttempt: () => {
        if (server.seen.length >= all.length) server.capacity = 1;
      },
    });
    await Promise.all(all.map((prompt) => ask(model, prompt)));
    const taken = server.seen.filter((request) => request.taken).map(({ prompt }) => prompt);
    expect(taken).toEqual(all);
  });

  it("goes through all at once before the first refusal", async () => {
    const server = await limited({ capacity: 100, answerMs: 60_000 });
    const model = create(server.url);
    const controllers = prompts(50).map(() => new AbortController());
    const calls = controllers.map(({ signal }) => rejection(model.invoke("Why?", { signal })));
    await seen(server, 50);
    for (const controller of controllers) controller.abort();
    await Promise.all(calls);
  });

  it("shares what one call was told with the model's bindings, not with other models", async () => {
    const server = await limited({ capacity: 0, headers: LATE });
    const model = create(server.url);
    const refused = rejection(model.invoke("first", { timeouts: { total: 5_000 } }));
    await refused;
    const bound = model.withConfig({ tags: ["bound"] });
    const held = await rejection(bound.invoke("second", { timeouts: { total: 50 } }));
    expect(TimeoutError.isInstance(held) && held.phase).toBe("total");
    expect(server.seen).toHaveLength(1);
    await rejection(create(server.url).invoke("third", { maxRetries: 0 }));
    const elsewhere = { headers: { authorization: "Bearer other" }, maxRetries: 0 };
    await rejection(model.invoke("fourth", elsewhere));
    expect(server.seen).toHaveLength(3);
  });
});

describe("a place in the queue", () => {
  /** One call is being answered, forever; another was refused and waits. */
  async function queue(fields: Fields = {}) {
    const server = await limited({ capacity: 1, answerMs: 60_000 });
    const model = new ExitLLM(server.url, fields);
    const controller = new AbortController();
    const first = rejection(model.invoke("first", { signal: controller.signal }));
    await seen(server, 1);
    const call = (prompt: string, options = {}) => model.invoke(prompt, options);
    return { server, call, release: () => controller.abort(), first };
  }

  it("is left with an abort, and those behind it move up", async () => {
    const { server, call, release, first } = await queue();
    const controller = new AbortController();
    const second = rejection(call("second", { signal: controller.signal }));
    await seen(server, 2);
    const third = new AbortController();
    const thirdCall = rejection(call("third", { signal: third.signal }));
    controller.abort();
    expect(await second).toMatchObject({ name: "AbortError" });
    server.capacity = 2;
    release();
    await first;
    await seen(server, 3);
    expect(server.seen.at(-1)).toEqual({ prompt: "third", taken: true });
    third.abort();
    await thirdCall;
  });

  it("is left when the call's time is over, and the error says why it waited", async () => {
    const { call, release, first } = await queue();
    const error = await rejection(call("second", { timeouts: { total: 80 } }));
    expect(TimeoutError.isInstance(error) && error.phase).toBe("total");
    expect((error as Error).cause).toMatchObject({ status: 429 });
    release();
    await first;
  });

  it("ends with the refusal where the server's wait is longer than the call's time", async () => {
    const server = await limited({ capacity: 0, headers: LATE });
    const model = new ExitLLM(server.url);
    const error = await rejection(model.invoke("x", { timeouts: { total: 5_000 } }));
    expect(HttpStatusError.isInstance(error) && error.status).toBe(429);
  });

  it("gives time for a token to run out: headers() is asked again behind it", async () => {
    // Long enough for the second call to be refused its turn before the first one is asked again.
    const server = await limited({ capacity: 0, headers: { "retry-after-ms": "1000" } });
    const asked: number[] = [];
    let second: Promise<string> | undefined;
    const model = new ExitLLM(server.url, {
      headers: ({ attempt }) => {
        asked.push(attempt);
        return {};
      },
      onFailedAttempt: () => {
        server.capacity = 2;
        second = model.invoke("b");
      },
    });
    expect(await model.invoke("a")).toBe("a");
    expect(await second).toBe("b");
    expect(asked.slice(0, 2)).toEqual([0, 0]);
    expect(asked.slice(2).sort()).toEqual([0, 1]);
  });
});

describe("a server that refuses all", () => {
  it("is asked as often as one call would ask it, once all have tried", async () => {
    const server = await limited({ capacity: 0, headers: { "retry-after-ms": "20" } });
    const model = new ExitLLM(server.url);
    const errors = await Promise.all(prompts(20).map((prompt) => rejection(model.invoke(prompt))));
    expect(errors.every((error) => HttpStatusError.isInstance(error))).toBe(true);
    expect(server.seen).toHaveLength(20 + 2);
  });

  it("answers again, and then nothing counts any more", async () => {
    const server = await limited({ capacity: 0, headers: { "retry-after-ms": "20" } });
    const model = new ExitLLM(server.url, {
      onFailedAttempt: () => {
        if (server.seen.length > 10) server.capacity = 1;
      },
    });
    const all = prompts(10);
    expect(await Promise.all(all.map((prompt) => model.invoke(prompt)))).toEqual(all);
  });
});

describe("rateLimitGate: false", () => {
  it("has each call wait for itself", async () => {
    const server = await limited({ capacity: 0, headers: { "retry-after-ms": "20" } });
    const model = new ExitLLM(server.url, { rateLimitGate: false });
    await Promise.all(prompts(5).map((prompt) => rejection(model.invoke(prompt))));
    expect(server.seen).toHaveLength(15);
    const gated = new ExitLLM(server.url);
    const off = { rateLimitGate: false };
    await Promise.all(prompts(5).map((prompt) => rejection(gated.invoke(prompt, off))));
    expect(server.seen).toHaveLength(30);
  });
});

describe("a synchronous call", () => {
  it("pauses while the server's wait lasts, and does not queue", async () => {
    const server = await startScriptedServer();
    servers.push(server);
    const refusal = { status: 429, headers: { "retry-after-ms": "300" } };
    const answer = events("a", { done: true });
    const { url, id } = serve(server, refusal, answer);
    let refused = (): void => undefined;
    const told = new Promise<void>((resolve) => (refused = resolve));
    const model = new ExitLLM(url, { onFailedAttempt: () => refused() });
    const first = model.invoke("first");
    await told;
    const started = performance.now();
    expect(model.invokeSync("second")).toBe("a");
    expect(performance.now() - started).toBeGreaterThan(150);
    expect(await first).toBe("a");
    expect((await server.log(id)).map(({ body }) => JSON.parse(body) as object)).toEqual([
      { prompt: "first" },
      { prompt: "second" },
      { prompt: "first" },
    ]);
    // In the midst of an answer that holds the only place.
    const { url: next } = serve(server, events("b", 20, "c"), refusal, answer);
    const crowd = new ExitLLM(next);
    const texts: string[] = [];
    for await (const text of await crowd.stream("x")) texts.push(text + crowd.invokeSync("y"));
    expect(texts).toEqual(["ba", "ca"]);
  });
});

describe("500 prompts by batch()", () => {
  it("are all answered while the capacity changes, with few requests too many", async () => {
    const server = await limited({ capacity: 8, headers: { "retry-after-ms": "20" }, answerMs: 4 });
    let taken = 0;
    const change = setInterval(() => {
      const capacity = 1 + Math.floor(Math.random() * 16);
      taken += Math.max(0, server.capacity - capacity);
      server.capacity = capacity;
    }, 20);
    const all = prompts(500);
    try {
      expect(await new ExitLLM(server.url).batch(all)).toEqual(all);
    } finally {
      clearInterval(change);
    }
    const firstTries = new Map(server.seen.toReversed().map((seen) => [seen.prompt, seen.taken]));
    const refused = [...firstTries.values()].filter((wasTaken) => !wasTaken).length;
    expect(refused).toBeGreaterThan(0);
    // Each is refused once, each permit that the server takes back is found out by a refusal, and each that it may have given.
    const most = refused + taken + all.length / 20 + 1;
    expect(server.refusals()).toBeLessThanOrEqual(most);
  });
});
