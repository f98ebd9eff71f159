import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HumanMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import {
  HttpStreamingChatModel,
  HttpStreamingError,
  sse,
  type HttpStreamingLLM,
} from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";
import { drain, drainSync, serve } from "../../helpers/delta-llm.js";

interface PlainModule {
  MyLLM: new (fields?: object) => HttpStreamingLLM;
  without(members: Record<string, unknown>): HttpStreamingLLM;
}

let server: ScriptedServer;
let url: string;
let id: string;
let plain: PlainModule;

beforeAll(async () => {
  server = await startScriptedServer();
  ({ url, id } = serve(server, {
    headers: { "content-type": "application/x-ndjson" },
    steps: [{ text: '{"response":"Hi","done":false}\n{"response":" there","done":true}\n' }],
  }));
  const path = "../../helpers/plain-model.mjs";
  plain = (await import(path)) as PlainModule;
});
afterAll(() => server.close());

async function onBothPaths(model: HttpStreamingLLM, options = {}) {
  return {
    stream: await drain(() => model.stream("x", options)),
    streamSync: drainSync(() => model.streamSync("x", options)),
  };
}

const cycle: Record<string, unknown> = {};
cycle["self"] = cycle;
const line = (members: Record<string, unknown>) => ({
  ...members,
  get endpoint() {
    return url;
  },
});

describe("a model in plain JavaScript", () => {
  it("works without a constructor and without fields", async () => {
    const model = new plain.MyLLM();
    model.endpoint = url;
    const { stream, streamSync } = await onBothPaths(model);
    expect(stream).toEqual({ items: ["Hi", " there"], error: undefined });
    expect(streamSync).toEqual(stream);
    expect(await model.invoke("x")).toBe("Hi there");
  });

  it("works without a format", async () => {
    const { stream, streamSync } = await onBothPaths(plain.without(line({ format: undefined })));
    expect(stream).toEqual({ items: ["Hi", " there"], error: undefined });
    expect(streamSync).toEqual(stream);
    expect((await onBothPaths(plain.without(line({ format: null })))).streamSync).toEqual(stream);
  });

  it("may say with null that it has no such hook", async () => {
    const hooks = { nextRequest: null, continueFrom: null, parseRecordError: null };
    const { stream, streamSync } = await onBothPaths(plain.without(line(hooks)));
    expect(stream).toEqual({ items: ["Hi", " there"], error: undefined });
    expect(streamSync).toEqual(stream);
  });

  it("may bring its own format", async () => {
    const format = {
      contentTypes: ["*/*"],
      createDecoder: () => ({
        decode: (bytes: Uint8Array) => [{ response: String(bytes.length), done: true }],
        flush: () => [],
      }),
    };
    const { stream, streamSync } = await onBothPaths(plain.without(line({ format })));
    expect(stream).toEqual({ items: ["65"], error: undefined });
    expect(streamSync).toEqual(stream);
  });
});

interface Fault {
  fault: string;
  members: Record<string, unknown>;
  /** Of the error: what it is about. */
  hook: string;
  code?: string;
  message: RegExp;
}

const requestFaults: Fault[] = [
  {
    fault: "endpoint undefined",
    members: { endpoint: undefined },
    hook: "endpoint",
    message: /endpoint is missing.*Define/,
  },
  {
    fault: "endpoint null",
    members: { endpoint: null },
    hook: "endpoint",
    message: /endpoint is missing/,
  },
  {
    fault: "endpoint empty",
    members: { endpoint: "" },
    hook: "endpoint",
    message: /endpoint is missing/,
  },
  {
    fault: "endpoint relative",
    members: { endpoint: "/api" },
    hook: "endpoint",
    message: /not an absolute URL/,
  },
  {
    fault: "endpoint ftp:",
    members: { endpoint: "ftp://h/x" },
    hook: "endpoint",
    message: /only http: and https:/,
  },
  {
    fault: "endpoint a number",
    members: { endpoint: 8080 },
    hook: "endpoint",
    message: /endpoint is a number/,
  },
  {
    fault: "buildPayload missing",
    members: { buildPayload: undefined },
    hook: "buildPayload",
    message: /buildPayload is missing.*Define it/,
  },
  {
    fault: "parseChunk missing",
    members: { parseChunk: undefined },
    hook: "parseChunk",
    message: /parseChunk is missing.*Define it/,
  },
  {
    fault: "parseChunk a field",
    members: { parseChunk: "text" },
    hook: "parseChunk",
    message: /parseChunk is missing/,
  },
  {
    fault: "format not called",
    members: { format: sse },
    hook: "format",
    message: /call it: with parentheses/,
  },
  {
    fault: "format a word",
    members: { format: "sse" },
    hook: "format",
    message: /not a stream format/,
  },
  {
    fault: "format without types",
    members: { format: { createDecoder: () => ({}) } },
    hook: "format",
    message: /contentTypes/,
  },
  ...(
    [
      ["undefined", undefined, /returned undefined.*Return an object/],
      ["null", null, /returned null/],
      ["a cycle", cycle, /circular/],
      ["a BigInt inside", { n: 1n }, /BigInt/],
      ["a BigInt", 1n, /returned a bigint/],
      ["a function", () => "x", /returned a function/],
      ["a Map", new Map(), /returned a Map/],
      ["a Blob", new Blob(["x"]), /returned a Blob/],
      ["a number", 1, /returned a number/],
    ] as const
  ).map(([kind, payload, message]) => ({
    fault: `buildPayload gives ${kind}`,
    members: { buildPayload: () => payload },
    hook: "buildPayload",
    message,
  })),
  ...(
    [
      ["a word", "x", /headers returned a string/],
      ["a number value", { "x-a": 1 }, /"x-a" is a number/],
      ["a line break", { "x-a": "secret-value\nx" }, /"x-a" contains a line break/],
      ["a character no header has", { "x-a": "secret-value 蓝" }, /"x-a" contains a character/],
      ["a bad name", { "x a": "secret-value" }, /"x a" is not a valid header name/],
      ["a variable that is not set", { "x-a": "Bearer undefined" }, /"x-a" holds "undefined"/],
      ["a reserved name", { "Transfer-Encoding": "chunked" }, /belongs to the connection/],
    ] as const
  ).map(([kind, headers, message]) => ({
    fault: `headers gives ${kind}`,
    members: { headers: () => headers },
    hook: "headers",
    message,
  })),
  ...["resolveEndpoint", "buildPayload", "headers"].map((hook) => ({
    fault: `${hook} throws`,
    members: {
      [hook]: () => {
        throw new TypeError("x is not a function");
      },
    },
    hook: hook === "resolveEndpoint" ? "endpoint" : hook,
    message: /threw: x is not a function/,
  })),
];

const chunkFaults: Fault[] = (
  [
    ["NaN", NaN, /returned a number/],
    ["a boolean", true, /returned a boolean/],
    ["a Promise", Promise.resolve("x"), /returned a Promise.*synchronous/],
    ["unknown fields", { content: "x" }, /"content", which is no field/],
    ["a text of the wrong type", { text: {} }, /object as "text"/],
    ["a done of the wrong type", { text: "a", done: "yes" }, /string as "done"/],
    ["tool calls", { toolCalls: [{ name: "f" }] }, /toolCalls.*HttpStreamingChatModel/],
  ] as const
).map(([kind, result, message]) => ({
  fault: `parseChunk gives ${kind}`,
  members: { parseChunk: () => result },
  hook: "parseChunk",
  message,
}));

describe("bad input", () => {
  it.each([...requestFaults, ...chunkFaults])(
    "is a typed error that names class, hook and fix, on both paths: $fault",
    async ({ members, hook, message }) => {
      const before = (await server.log(id)).length;
      const model = plain.without("endpoint" in members ? members : line(members));
      const { stream, streamSync } = await onBothPaths(model);
      for (const { items, error } of [stream, streamSync]) {
        expect(items).toEqual([]);
        expect(HttpStreamingError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({ name: "HookError", code: "HOOK", hook, message });
        expect((error as Error).message).toMatch(/^Broken: /);
        expect((error as Error).message).not.toContain("secret-value");
      }
      expect((streamSync.error as Error).message).toBe((stream.error as Error).message);
      if (hook !== "parseChunk") expect(await server.log(id)).toHaveLength(before);
    },
  );

  it.each<[string, unknown]>([
    ["an object of variables", { prompt: "secret" }],
    ["one message", new HumanMessage("secret")],
    ["nothing", undefined],
    ["a number", 5],
  ])("is no input that is %s, from every way to call either class", async (_, given) => {
    const input = given as string;
    class Chat extends HttpStreamingChatModel {
      override _llmType() {
        return "chat";
      }
      override endpoint = url;
      override buildPayload() {
        return {};
      }
      override parseChunk() {
        return null;
      }
    }
    const before = (await server.log(id)).length;
    const into = (model: HttpStreamingLLM) => RunnableLambda.from(() => input).pipe(model);
    for (const model of [plain.without(line({})), new Chat() as unknown as HttpStreamingLLM]) {
      const ways: (() => unknown)[] = [
        () => model.invoke(input),
        () => model.batch([input]),
        () => drain(() => model.stream(input)).then(({ error }) => Promise.reject(error as Error)),
        () => into(model).invoke("x"),
        () =>
          drain(() => into(model).stream("x")).then(({ error }) => Promise.reject(error as Error)),
        () => model.invokeSync(input),
        () => [...model.streamSync(input)],
      ];
      for (const way of ways) {
        const error: unknown = await new Promise((resolve) => resolve(way())).catch(
          (e: unknown) => e,
        );
        expect(error).toMatchObject({ name: "HookError", hook: "input" });
        expect((error as Error).message).not.toContain("secret");
      }
    }
    expect(await server.log(id)).toHaveLength(before);
  });

  it("is no class that writes what the base class writes, from every way to call", async () => {
    const model = plain.without(line({ _call: () => "mine" }));
    const expected = { name: "HookError", hook: "_call", message: /^Broken: _call is written by/ };
    const { stream, streamSync } = await onBothPaths(model);
    for (const { error } of [stream, streamSync]) expect(error).toMatchObject(expected);
    await expect(model.invoke("x")).rejects.toMatchObject(expected);
  });

  it("from parseChunk, when it throws, shows the record and its place on both paths", async () => {
    const parseChunk = (record: { response: string }) => {
      if (record.response === "Hi") return "Hi";
      throw new TypeError("x is undefined");
    };
    const { stream, streamSync } = await onBothPaths(plain.without(line({ parseChunk })));
    for (const { items, error } of [stream, streamSync]) {
      expect(items).toEqual(["Hi"]);
      expect(error).toMatchObject({
        name: "ChunkParseError",
        index: 1,
        record: { response: " there", done: true },
        partial: "Hi",
        message: /^Broken: POST .*parseChunk threw on record 1: x is undefined/,
      });
    }
  });

  it.each(["buildPayload", "headers", "resolveEndpoint"])(
    "is no asynchronous %s: fine on one path, refused by name on the other",
    async (hook) => {
      const results: Record<string, unknown> = {
        buildPayload: { prompt: "x" },
        headers: { "x-a": "b" },
        resolveEndpoint: url,
      };
      const model = plain.without(line({ [hook]: async () => results[hook] }));
      const { stream, streamSync } = await onBothPaths(model);
      expect(stream).toEqual({ items: ["Hi", " there"], error: undefined });
      expect(streamSync.items).toEqual([]);
      expect(streamSync.error).toMatchObject({
        name: "SynchronousHookError",
        code: "SYNCHRONOUS_HOOK",
        hook: hook === "resolveEndpoint" ? "endpoint" : hook,
        message: /^Broken: .*returned a Promise.*use stream\(\) and invoke\(\)/,
      });
    },
  );

  it("leaves no unhandled rejection where an asynchronous hook is refused", async () => {
    const model = plain.without(line({ buildPayload: () => Promise.reject(new Error("later")) }));
    expect(drainSync(() => model.streamSync("x")).error).toMatchObject({
      code: "SYNCHRONOUS_HOOK",
    });
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it("is a typed error from every way to call", async () => {
    const model = plain.without({ endpoint: undefined });
    const expected = { name: "HookError", hook: "endpoint" };
    await expect(model.invoke("x")).rejects.toMatchObject(expected);
    await expect(model.batch(["x"])).rejects.toMatchObject(expected);
    await expect(model.generate(["x", "y"])).rejects.toMatchObject(expected);
    expect(() => model.invokeSync("x")).toThrow(expect.objectContaining(expected));
    expect((await drain(() => model._astream("x"))).error).toMatchObject(expected);
    expect(drainSync(() => model._stream("x")).error).toMatchObject(expected);
    expect((await drain(() => model.streamEvents("x", { version: "v2" }))).error).toMatchObject(
      expected,
    );
  });
});
