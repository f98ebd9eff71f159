import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  jsonLines,
  type HttpStreamingLLMFields,
  type HookError,
  type HttpStreamingError,
} from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";
import {
  DeltaLLM,
  drain,
  drainSync,
  events,
  rejection,
  serve,
  stalling,
  thrown,
} from "../../helpers/delta-llm.js";

let server: ScriptedServer;
let other: ScriptedServer;
beforeAll(async () => {
  [server, other] = await Promise.all([startScriptedServer(), startScriptedServer()]);
});
afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
});

const DONE = { done: true };
const AT_ONCE = { status: 503, headers: { "retry-after-ms": "1" } };

/** The same call on the asynchronous and on the synchronous path. */
const PATHS = {
  stream: async (llm: DeltaLLM, options = {}) => drain(() => llm.stream("x", options)),
  streamSync: async (llm: DeltaLLM, options = {}) => drainSync(() => llm.streamSync("x", options)),
} as const;
const BOTH = ["stream", "streamSync"] as const;

describe.each(BOTH)("the options of HttpStreamingLLM, through %s", (path) => {
  const call = PATHS[path];
  const text = async (llm: DeltaLLM, options = {}) => {
    const { items, error } = await call(llm, options);
    expect(error).toBeUndefined();
    return items.join("");
  };

  it("enforce stop, which reaches buildPayload", async () => {
    const { url, id } = serve(server, events("one E", "N", "D two", DONE));
    expect(await text(new DeltaLLM(url), { stop: ["END"] })).toBe("one ");
    expect(JSON.parse((await server.log(id))[0]!.body)).toEqual({ prompt: "x", stop: ["END"] });
  });

  it("leave stop to the server with enforceStop: false", async () => {
    const { url } = serve(server, events("one END", DONE));
    expect(await text(new DeltaLLM(url, { enforceStop: false }), { stop: ["END"] })).toBe(
      "one END",
    );
    expect(
      await text(new DeltaLLM(url, { enforceStop: false }), { stop: ["END"], enforceStop: true }),
    ).toBe("one ");
  });

  it("of a call win over the constructor's", async () => {
    const { url, id } = serve(server, events("aaaaaaaaaa", { text: "b", done: false }));
    const llm = new DeltaLLM(url, {
      maxRetries: 0,
      headers: { "x-who": "constructor", "x-kept": "constructor" },
      limits: { maxResponseBytes: 1_000_000 },
      timeouts: { total: 60_000 },
      endOfStream: "required",
    });
    expect((await call(llm)).error).toMatchObject({ code: "TRUNCATED_STREAM" });
    await text(llm, { headers: { "X-Who": "call" }, endOfStream: "optional" });
    const [, request] = await server.log(id);
    expect(request!.headers).toMatchObject({ "x-who": "call", "x-kept": "constructor" });
    expect((await call(llm, { limits: { maxResponseBytes: 10 } })).error).toMatchObject({
      code: "RESPONSE_TOO_LARGE",
      limitBytes: 10,
    });
    expect((await call(llm, { limits: { maxRecordBytes: 10 } })).error).toMatchObject({
      code: "RECORD_TOO_LARGE",
      limitBytes: 10,
    });
    const slow = new DeltaLLM(serve(server, stalling("a")).url, { timeouts: { idle: 60_000 } });
    expect((await call(slow, { timeouts: { idle: 30 } })).error).toMatchObject({
      phase: "idle",
      timeoutMs: 30,
    });
  });

  it("of a call turn streaming off", async () => {
    class Whole extends DeltaLLM {
      override parseResponse(body: unknown) {
        return { text: (body as { answer: string }).answer, finishReason: "stop" };
      }
    }
    const json = (body: unknown) => ({
      headers: { "content-type": "application/json" },
      steps: [{ text: JSON.stringify(body) }],
    });
    const { url, id } = serve(server, json({ answer: "whole" }));
    expect(await text(new Whole(url), { streaming: false })).toBe("whole");
    expect(await text(new Whole(url, { streaming: false }))).toBe("whole");
    expect((await server.log(id))[0]!.headers["accept"]).toBe("application/json");
    // Without parseResponse the body is one record.
    expect(
      await text(new DeltaLLM(serve(server, json({ text: "record" })).url), { streaming: false }),
    ).toBe("record");
  });

  it("let headers come from constructor, hook and call, the later winning", async () => {
    class WithHeaders extends DeltaLLM {
      override headers() {
        return { "x-hook": "hook", "x-b": "hook", "x-c": "hook" };
      }
    }
    const { url, id } = serve(server, events("a", DONE));
    const llm = new WithHeaders(url, { headers: { "x-a": "constructor", "x-b": "constructor" } });
    await text(llm, { headers: { "x-c": "call", "x-hook": null } });
    const { headers } = (await server.log(id))[0]!;
    expect(headers).toMatchObject({ "x-a": "constructor", "x-b": "hook", "x-c": "call" });
    expect(headers).not.toHaveProperty("x-hook");
  });

  it("reach every hook as the caller gave them", async () => {
    const seen: unknown[] = [];
    class Seeing extends DeltaLLM {
      override resolveEndpoint(options: this["ParsedCallOptions"]) {
        seen.push(options);
        return this.endpoint;
      }
      override headers(options: this["ParsedCallOptions"]) {
        seen.push(options);
        return {};
      }
      override buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
        seen.push(options);
        return prompt;
      }
    }
    const options = { stop: ["."], headers: { "x-key": "value" }, mine: { temperature: 1 } };
    await text(new Seeing(serve(server, events("a", DONE)).url), options);
    expect(seen).toHaveLength(3);
    for (const received of seen) expect(received).toMatchObject(options);
  });

  it("refresh a token once after a 401", async () => {
    const contexts: [number, string | undefined][] = [];
    class Refreshing extends DeltaLLM {
      override headers(
        _options: unknown,
        { attempt, error }: { attempt: number; error?: HttpStreamingError },
      ) {
        contexts.push([attempt, error?.code]);
        return { authorization: `Bearer ${attempt === 0 ? "old" : "new"}-token` };
      }
    }
    const { url, id } = serve(server, { status: 401 }, events("a", DONE));
    expect(await text(new Refreshing(url))).toBe("a");
    expect(contexts).toEqual([
      [0, undefined],
      [1, "HTTP_STATUS"],
    ]);
    expect((await server.log(id)).map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer old-token",
      "Bearer new-token",
    ]);
  });

  it("try again before the first token", async () => {
    const failures: HttpStreamingError[] = [];
    const { url, id } = serve(server, AT_ONCE, AT_ONCE, events("a", DONE));
    const llm = new DeltaLLM(url, {
      onFailedAttempt: (error: HttpStreamingError) => failures.push(error),
    });
    expect(await text(llm)).toBe("a");
    expect(await server.log(id)).toHaveLength(3);
    expect(failures).toMatchObject([{ status: 503 }, { status: 503 }]);
  });

  it("do not try again after a token", async () => {
    const { url, id } = serve(server, { ...events("a"), end: "reset" }, events("a", DONE));
    const { items, error } = await call(new DeltaLLM(url));
    expect(items).toEqual(["a"]);
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: "a" });
    expect(await server.log(id)).toHaveLength(1);
  });

  it("try again when a connection broke before the first token", async () => {
    const { url, id } = serve(server, { steps: [], end: "reset" }, events("a", DONE));
    const llm = new DeltaLLM(url);
    const random = Math.random;
    Math.random = () => 0;
    try {
      expect(await text(llm)).toBe("a");
    } finally {
      Math.random = random;
    }
    expect(await server.log(id)).toHaveLength(2);
  });

  it("wait as long as the server asks", async () => {
    const { url } = serve(
      server,
      { status: 429, headers: { "retry-after": "0.15" } },
      events("a", DONE),
    );
    const started = performance.now();
    expect(await text(new DeltaLLM(url))).toBe("a");
    expect(performance.now() - started).toBeGreaterThanOrEqual(149);
  });

  it("count tries by maxRetries, of the call before the constructor's", async () => {
    const { url, id } = serve(server, AT_ONCE);
    expect((await call(new DeltaLLM(url, { maxRetries: 0 }))).error).toMatchObject({ status: 503 });
    expect(await server.log(id)).toHaveLength(1);
    await call(new DeltaLLM(url, { maxRetries: 0 }), { maxRetries: 1 });
    expect(await server.log(id)).toHaveLength(3);
    await call(new DeltaLLM(url, { maxRetries: 4 }), { maxRetries: 0 });
    expect(await server.log(id)).toHaveLength(4);
  });

  it("let shouldRetry decide", async () => {
    class Deciding extends DeltaLLM {
      override shouldRetry(error: HttpStreamingError) {
        return error.code === "MODEL_STREAM" ? true : undefined;
      }
    }
    const { url, id } = serve(
      server,
      { ...events({ error: "overloaded" }), end: "stall" },
      events("a", DONE),
    );
    const random = Math.random;
    Math.random = () => 0;
    try {
      expect(await text(new Deciding(url))).toBe("a");
    } finally {
      Math.random = random;
    }
    const [first] = await server.log(id);
    await expect.poll(async () => (await server.log(id))[0]?.closedByPeerMs).toBeDefined();
    expect(first!.body).toContain("x");
  });

  it.each([301, 302, 307, 308])("follow a redirect within the origin (%i)", async (status) => {
    const target = serve(server, events("a", DONE));
    const { pathname, search } = new URL(target.url);
    const from = serve(server, { status, headers: { location: pathname + search } });
    expect(await text(new DeltaLLM(from.url, { headers: { "x-key": "k" } }))).toBe("a");
    expect((await server.log(target.id))[0]).toMatchObject({
      method: "POST",
      body: '{"prompt":"x"}',
      headers: { "x-key": "k", "content-type": "application/json" },
    });
  });

  it("tell where a redirect led, but not of an attempt that failed before it was sent", async () => {
    const target = serve(server, { status: 503 });
    const { pathname, search } = new URL(target.url);
    const from = serve(server, { status: 307, headers: { location: pathname + search } });
    const headers = (_: unknown, { attempt }: { attempt: number }) => {
      if (attempt > 0) throw new Error("no token");
      return {};
    };
    const redirected = new DeltaLLM(from.url, { maxRetries: 0 });
    expect((await call(redirected)).error).toMatchObject({ message: /\(Redirected to/ });
    const { error } = await call(
      Object.assign(new DeltaLLM(from.url, { maxRetries: 1 }), { headers }),
    );
    expect(error).toMatchObject({ code: "HOOK", message: /headers threw: no token$/ });
  });

  it("refuse a redirect to another origin, which gets nothing", async () => {
    const target = serve(other, events("a", DONE));
    const from = serve(server, { status: 307, headers: { location: target.url } });
    const llm = new DeltaLLM(from.url, { headers: { authorization: "Bearer sk-secret" } });
    const { error } = await call(llm);
    expect(error).toMatchObject({ status: 307, message: /another origin.*endpoint/ });
    expect(await other.log(target.id)).toEqual([]);
  });

  it("follow a redirect to another origin where they may, without prompt and credentials", async () => {
    const target = serve(other, events("a", DONE));
    const from = serve(server, { status: 307, headers: { location: target.url } });
    const llm = new DeltaLLM(from.url, {
      headers: { authorization: "Bearer sk-secret" },
      redirect: "follow",
    });
    expect(await text(llm)).toBe("a");
    const [request] = await other.log(target.id);
    expect(request).toMatchObject({ method: "GET", body: "" });
    expect(JSON.stringify(request!.headers)).not.toContain("sk-secret");
  });

  it("refuse every redirect with redirect: error", async () => {
    const target = serve(server, events("a", DONE));
    const { pathname, search } = new URL(target.url);
    const from = serve(server, { status: 308, headers: { location: pathname + search } });
    expect((await call(new DeltaLLM(from.url), { redirect: "error" })).error).toMatchObject({
      status: 308,
    });
    expect(await server.log(target.id)).toEqual([]);
  });

  it("let parseError read a provider's error", async () => {
    class Reading extends DeltaLLM {
      override parseError(status: number, body: unknown) {
        return { message: `${status}: ${(body as { fault: string }).fault}`, code: 17 };
      }
    }
    const { url } = serve(server, { status: 422, steps: [{ text: '{"fault":"too long"}' }] });
    expect((await call(new Reading(url))).error).toMatchObject({
      name: "HttpStatusError",
      message: /^DeltaLLM|^Reading: POST .*answered 422: 422: too long/,
      providerCode: "17",
    });
  });

  it("refuse a page of HTML", async () => {
    const page = { headers: { "content-type": "text/html" }, steps: [{ text: "<html>login" }] };
    const { error } = await call(new DeltaLLM(serve(server, page).url));
    expect(error).toMatchObject({
      code: "UNEXPECTED_CONTENT_TYPE",
      contentType: "text/html",
      body: "<html>login",
    });
  });

  it("report a server that cannot be reached", async () => {
    const { error } = await call(
      new DeltaLLM("http://127.0.0.1:1/x?key=sk-secret", { maxRetries: 0 }),
    );
    expect(error).toMatchObject({
      code: "CONNECTION",
      message: /^DeltaLLM: POST http:\/\/127.0.0.1:1\/x: /,
    });
  });

  it("report a stream that was cut, though its records were whole", async () => {
    const { url } = serve(server, { ...events({ text: "a", done: false }), end: "clean" });
    const { items, error } = await call(new DeltaLLM(url, { maxRetries: 0 }));
    expect(items).toEqual(["a"]);
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: "a" });
  });

  it("are bound with withConfig", async () => {
    const { url, id } = serve(server, events("a. b", DONE));
    const bound = new DeltaLLM(url).withConfig({
      stop: ["."],
      headers: { "x-bound": "1" },
    });
    expect((await drain(() => bound.stream("x"))).items).toEqual(["a"]);
    expect(await bound.invoke("x")).toBe("a");
    const requests = await server.log(id);
    expect(requests.map(({ headers }) => headers["x-bound"])).toEqual(["1", "1"]);
  });

  it.each<[string, HttpStreamingLLMFields]>([
    ["a timeout that is no number", { timeouts: { idle: "5s" as never } }],
    ["a negative timeout", { timeouts: { total: -1 } }],
    ["timeouts that are a number", { timeouts: 5000 as never }],
    ["a limit that is NaN", { limits: { maxRecordBytes: Number.NaN } }],
    ["a misspelt timeout", { timeouts: { idel: 5 } as never }],
    ["a misspelt limit", { limits: { maxRecordByte: 3 } as never }],
    ["maxRetries that is NaN", { maxRetries: Number.NaN }],
    ["a negative maxRetries", { maxRetries: -1 }],
    ["an unknown endOfStream", { endOfStream: "require" as never }],
    ["an unknown redirect", { redirect: "manual" as never }],
  ])("refuse %s", async (_, fields) => {
    const { url, id } = serve(server, AT_ONCE);
    const ofModel = await call(new DeltaLLM(url, fields));
    const ofCall = await call(new DeltaLLM(url), fields);
    for (const { error } of [ofModel, ofCall]) {
      const { hook, message } = error as HookError;
      expect(error).toMatchObject({ name: "HookError" });
      expect(message.startsWith(`DeltaLLM: ${hook} `)).toBe(true);
    }
    expect(await server.log(id)).toEqual([]);
  });

  it("refuse a stop that is no list of strings", async () => {
    const { url } = serve(server, events("a", DONE));
    for (const stop of ["END", [1], 7]) {
      const { error } = await call(new DeltaLLM(url), { stop });
      expect(error).toMatchObject({ name: "HookError", message: /^DeltaLLM: .*stop/ });
    }
  });
});

describe("the payload of HttpStreamingLLM", () => {
  class Sending extends DeltaLLM {
    constructor(
      endpoint: string,
      private readonly payload: unknown,
    ) {
      super(endpoint, { maxRetries: 0 });
    }
    override buildPayload() {
      return this.payload;
    }
  }
  const form = () => {
    const data = new FormData();
    data.set("prompt", "蓝");
    data.set("file", new File(["content"], "a.txt", { type: "text/plain" }));
    return data;
  };

  describe.each(BOTH)("through %s", (path) => {
    it.each<[string, () => unknown, string, string]>([
      ["an object", () => ({ a: "蓝" }), "application/json", '{"a":"蓝"}'],
      ["an array", () => [1], "application/json", "[1]"],
      ["a string", () => "蓝", "text/plain;charset=UTF-8", "蓝"],
      ["bytes", () => new TextEncoder().encode("蓝"), "application/octet-stream", "蓝"],
      [
        "a slice of a Buffer",
        () => Buffer.from("x蓝x").subarray(1, 4),
        "application/octet-stream",
        "蓝",
      ],
      [
        "URLSearchParams",
        () => new URLSearchParams({ a: "b c" }),
        "application/x-www-form-urlencoded;charset=UTF-8",
        "a=b+c",
      ],
    ])("arrives as it is: %s", async (_, payload, contentType, body) => {
      const { url, id } = serve(server, events("ok", DONE));
      expect(await PATHS[path](new Sending(url, payload()))).toEqual({
        items: ["ok"],
        error: undefined,
      });
      const [request] = await server.log(id);
      expect(request).toMatchObject({ method: "POST", body });
      expect(request!.headers).toMatchObject({
        "content-type": contentType,
        accept: "text/event-stream",
        "content-length": String(Buffer.byteLength(body)),
      });
    });

    it("arrives as a form with its boundary", async () => {
      const { url, id } = serve(server, events("ok", DONE));
      expect((await PATHS[path](new Sending(url, form()))).error).toBeUndefined();
      const [request] = await server.log(id);
      const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(
        request!.headers["content-type"]!,
      )?.[1];
      expect(request!.body).toContain(`--${boundary}--`);
      expect(request!.body).toContain('name="prompt"\r\n\r\n蓝\r\n');
      expect(request!.body).toMatch(
        /name="file"; filename="a.txt"\r\nContent-Type: text\/plain\r\n\r\ncontent/,
      );
    });

    it("is sent with the query of the endpoint, its userinfo as Basic credentials", async () => {
      const { url, id } = serve(server, events("ok", DONE));
      const withUser = url.replace("http://", "http://us%40er:pa%3Ass@");
      expect((await PATHS[path](new Sending(withUser, "x"))).error).toBeUndefined();
      const [request] = await server.log(id);
      expect(request!.headers["authorization"]).toBe(
        `Basic ${Buffer.from("us@er:pa:ss").toString("base64")}`,
      );
      expect(request!.headers["user-agent"]).toMatch(/^http-streaming-llm\/\d/);
    });

    it("accepts what each format reads", async () => {
      class Lines extends DeltaLLM {
        override format = jsonLines<never>();
      }
      const { url, id } = serve(server, {
        headers: { "content-type": "application/x-ndjson" },
        steps: [{ text: '"ok"\n' }],
      });
      expect((await PATHS[path](new Lines(url))).items).toEqual(["ok"]);
      expect((await server.log(id))[0]!.headers["accept"]).toMatch(/^application\/x-ndjson, /);
    });
  });
});

describe("a dispatcher", () => {
  it("is refused on the synchronous path, by name", () => {
    const dispatcher = { dispatch: () => true } as never;
    const llm = new DeltaLLM("http://127.0.0.1:9/", { dispatcher });
    expect(thrown(() => llm.invokeSync("x"))).toMatchObject({
      code: "SYNCHRONOUS_HOOK",
      hook: "dispatcher",
      message: /^DeltaLLM: .*dispatcher/,
    });
  });

  it("of the call is used on the asynchronous path", async () => {
    const own = new Error("my dispatcher");
    const dispatcher = {
      dispatch: () => {
        throw own;
      },
    } as never;
    const error = (await rejection(
      new DeltaLLM("http://127.0.0.1:9/", { maxRetries: 0 }).invoke("x", { dispatcher }),
    )) as Error;
    expect(error).toMatchObject({ code: "CONNECTION", cause: own });
  });
});
