import { FormData as UndiciFormData, Headers as UndiciHeaders } from "undici";
import { describe, expect, it } from "vitest";
import { autoFormat } from "../../../../src/formats/auto-format.js";
import { sse } from "../../../../src/formats/sse.js";
import {
  followUpBasis,
  ownHeaders,
  type RequestBasis,
} from "../../../../src/streaming/request/build-request.js";
import { VERSION } from "../../../../src/version.js";
import { answer, ENDPOINT, runScripted, type CallParts } from "../../../helpers/run-scripted.js";

async function requestOf(parts: CallParts) {
  const { requests, error } = await runScripted(parts);
  if (requests.length === 0) throw error as Error;
  return requests[0]!;
}

async function refusalOf(parts: CallParts): Promise<{ message: string; hook: string }> {
  const { requests, error } = await runScripted(parts);
  expect(requests).toEqual([]);
  expect(error).toMatchObject({ name: "HookError", code: "HOOK" });
  return error as { message: string; hook: string };
}

describe("ownHeaders", () => {
  it("say what is accepted, and who asks", () => {
    expect(ownHeaders("text/plain")).toEqual({
      accept: "text/plain",
      "user-agent": `http-streaming-llm/${VERSION}`,
    });
  });
});

describe("followUpBasis", () => {
  const before: RequestBasis = {
    method: "GET",
    url: new URL("http://models.test/1"),
    headers: { authorization: "Bearer k" },
    body: undefined,
    model: undefined,
  };

  it.each([
    [{}, "GET", undefined],
    [{ payload: null }, "GET", undefined],
    [{ payload: { a: 1 } }, "POST", '{"a":1}'],
    [{ payload: { a: 1 }, method: "PUT" as const }, "PUT", '{"a":1}'],
  ])("of a GET with %j", (next, method, body) => {
    expect(followUpBasis(before, next, "continueFrom")).toMatchObject({ method, body });
  });

  it("keeps credentials for their own server", () => {
    const headersFor = (url: string) => followUpBasis(before, { url }, "nextRequest").headers;
    expect(headersFor("http://models.test/2")).toEqual(before.headers);
    expect(headersFor("http://elsewhere.test/")).toEqual({});
  });
});

describe("the request of a call", () => {
  it("posts to the endpoint, query kept and fragment dropped", async () => {
    const request = await requestOf({ endpoint: () => `${ENDPOINT}?api-version=1&x=a%2Fb#part` });
    expect(request).toMatchObject({ method: "POST", url: `${ENDPOINT}?api-version=1&x=a%2Fb` });
  });

  it("puts the payload of a GET behind the query of the endpoint, and sends no body", async () => {
    const request = await requestOf({
      endpoint: () => `${ENDPOINT}?v=1`,
      method: "GET",
      payload: () => ({ prompt: "a&b", stop: ["x", "y"], model: "m" }),
    });
    expect(request).toMatchObject({
      method: "GET",
      url: `${ENDPOINT}?v=1&prompt=a%26b&stop=x&stop=y&model=m`,
      body: undefined,
    });
    expect(request.headers).not.toHaveProperty("content-type");
    expect(request.headers).toHaveProperty("accept");
  });

  it("takes the endpoint as a URL, and does not change it", async () => {
    const endpoint = new URL("http://user:pass@models.test/generate");
    expect((await requestOf({ endpoint: () => endpoint })).url).toBe(ENDPOINT);
    expect(endpoint.username).toBe("user");
  });

  it("names the package and its version", async () => {
    const { headers } = await requestOf({});
    expect(headers["user-agent"]).toBe(`http-streaming-llm/${VERSION}`);
  });

  it("accepts what the format reads", async () => {
    expect((await requestOf({ format: sse() })).headers["accept"]).toBe("text/event-stream");
    expect((await requestOf({ format: autoFormat() })).headers["accept"]).toMatch(
      /^text\/event-stream, application\/x-ndjson, /,
    );
  });

  it("accepts JSON where the answer comes in one piece", async () => {
    const { headers } = await requestOf({ format: sse(), settings: { streaming: false } });
    expect(headers["accept"]).toBe("application/json");
  });

  it.each([
    ["an object", { a: "蓝" }, '{"a":"蓝"}', "application/json"],
    ["an array", [1, 2], "[1,2]", "application/json"],
    [
      "an object without a prototype",
      Object.assign(Object.create(null), { a: 1 }),
      '{"a":1}',
      "application/json",
    ],
    ["an object with toJSON", { toJSON: () => ({ b: 2 }) }, '{"b":2}', "application/json"],
    ["a string", "plain", "plain", "text/plain;charset=UTF-8"],
    ["an empty string", "", "", "text/plain;charset=UTF-8"],
    [
      "URLSearchParams",
      new URLSearchParams({ q: "a b&c" }),
      "q=a+b%26c",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
  ])("sends %s", async (_, payload: unknown, body, contentType) => {
    const request = await requestOf({ payload: () => payload });
    expect(request.body).toBe(body);
    expect(request.headers["content-type"]).toBe(contentType);
  });

  it("sends bytes as they are", async () => {
    for (const payload of [Uint8Array.of(1, 2), Buffer.from([1, 2])]) {
      const request = await requestOf({ payload: () => payload });
      expect([...(request.body as Uint8Array)]).toEqual([1, 2]);
      expect(request.headers["content-type"]).toBe("application/octet-stream");
    }
  });

  it("leaves the content-type of a form to the transport, which knows its boundary", async () => {
    for (const Form of [FormData, UndiciFormData as unknown as typeof FormData]) {
      const form = new Form();
      form.set("prompt", "hi");
      const request = await requestOf({ payload: () => form });
      expect(request.body).toBe(form);
      expect(request.headers).not.toHaveProperty("content-type");
    }
  });

  it("makes bytes of a form where headers are to be signed over them", async () => {
    const form = new FormData();
    form.set("prompt", "hi");
    let signed: Uint8Array | undefined;
    const request = await requestOf({
      payload: () => form,
      hasHeadersHook: true,
      headers: ({ body }) => {
        signed = body;
        return [{ "x-signed": "yes" }];
      },
    });
    expect(request.body).toBe(signed);
    expect(request.headers).toMatchObject({
      "content-type": expect.stringMatching(/^multipart\/form-data; boundary=/) as string,
      "x-signed": "yes",
      "user-agent": `http-streaming-llm/${VERSION}`,
    });
    expect(Buffer.from(request.body as Uint8Array).toString()).toMatch(/name="prompt"\s+hi/);
  });

  it("lets later headers win over earlier ones, whatever their case", async () => {
    const sources = [
      { "X-One": "constructor", "x-two": "constructor", "X-Three": "constructor" },
      new Headers({ "x-two": "hook", "x-three": "hook" }),
      { "X-THREE": "call" },
    ];
    const { headers } = await requestOf({ headers: () => sources });
    expect(headers).toMatchObject({ "x-one": "constructor", "x-two": "hook", "x-three": "call" });
  });

  it("lets an author replace, and remove, its own headers", async () => {
    const { headers } = await requestOf({
      headers: () => [
        { "Content-Type": "application/vnd.x+json", accept: null, "user-agent": undefined },
      ],
    });
    expect(headers).toEqual({ "content-type": "application/vnd.x+json" });
  });

  it("takes the headers of another undici, of a Map, and as pairs", async () => {
    const sources = [
      new UndiciHeaders({ "x-a": "undici" }),
      new Map([["X-B", "map"]]),
      [["X-C", "pairs"]],
    ] as never[];
    const { headers } = await requestOf({ headers: () => sources });
    expect(headers).toMatchObject({ "x-a": "undici", "x-b": "map", "x-c": "pairs" });
  });

  it.each([
    ["user:pass", "user:pass"],
    ["user", "user:"],
    [":key", ":key"],
    ["us%40er:p%3Aa%20ss", "us@er:p:a ss"],
    ["user:100%", "user:100%"],
    ["蓝:色", "蓝:色"],
  ])("turns the userinfo %s into Basic credentials", async (userinfo, credentials) => {
    const request = await requestOf({ endpoint: () => `http://${userinfo}@models.test/generate` });
    expect(request.url).toBe(ENDPOINT);
    const encoded = request.headers["authorization"]?.replace("Basic ", "") ?? "";
    expect(Buffer.from(encoded, "base64").toString()).toBe(credentials);
  });

  it("lets an authorization header win over the userinfo", async () => {
    const { headers } = await requestOf({
      endpoint: () => "http://user:pass@models.test/generate",
      headers: () => [{ Authorization: "Bearer x" }],
    });
    expect(headers["authorization"]).toBe("Bearer x");
  });

  it("waits for hooks that are asynchronous", async () => {
    const request = await requestOf({
      endpoint: async () => new URL(ENDPOINT),
      payload: async () => "later",
      headers: () => [undefined, Promise.resolve({ "x-token": "t" }), null],
    });
    expect(request).toMatchObject({ url: ENDPOINT, body: "later", headers: { "x-token": "t" } });
  });

  it("asks endpoint, payload and headers for every attempt, in this order", async () => {
    const asked: string[] = [];
    const { requests } = await runScripted(
      {
        endpoint: () => (asked.push("endpoint"), ENDPOINT),
        payload: () => (asked.push("payload"), "x"),
        headers: ({ attempt, error }) => {
          asked.push(`headers ${attempt} ${error?.code ?? "none"}`);
          return [{ "x-attempt": String(attempt) }];
        },
      },
      [{ status: 503 }, answer("ok")],
    );
    expect(asked).toEqual([
      "endpoint",
      "payload",
      "headers 0 none",
      "endpoint",
      "payload",
      "headers 1 HTTP_STATUS",
    ]);
    expect(requests.map(({ headers }) => headers["x-attempt"])).toEqual(["0", "1"]);
  });

  it.each([
    ["undefined", undefined, /endpoint is missing/],
    ["null", null, /endpoint is missing/],
    ["empty", "", /endpoint is missing/],
    ["relative", "/api/generate", /not an absolute URL/],
    ["without a scheme", "127.0.0.1:8080/x", /not an absolute URL/],
    ["broken", "http://", /not an absolute URL/],
    ["ftp", "ftp://models.test/x", /ftp:.*only http: and https:/],
    ["a file", new URL("file:///etc/passwd"), /file:/],
    ["a number", 8080, /of type number/],
    ["an object", { href: ENDPOINT }, /of type object/],
  ])("refuses an endpoint that is %s", async (_, endpoint, message) => {
    const { hook, message: said } = await refusalOf({ endpoint: () => endpoint as string });
    expect(hook).toBe("endpoint");
    expect(said).toMatch(message);
    expect(said).toMatch(/^TestLLM: /);
    expect(said).toContain('"http://127.0.0.1:11434/api/generate"');
  });

  it("keeps the query of a refused endpoint to itself", async () => {
    const { message } = await refusalOf({ endpoint: () => "ftp://u:hunter22@h/x?key=sk-secret" });
    expect(message).not.toMatch(/hunter22|sk-secret/);
  });

  it.each([
    ["undefined", undefined, /returned undefined/],
    ["null", null, /returned null/],
    ["a number", 7, /returned a number/],
    ["a boolean", false, /returned a boolean/],
    ["a bigint", 7n, /returned a bigint/],
    ["a function", () => "x", /returned a function/],
    ["a symbol", Symbol("x"), /returned a symbol/],
    ["a Map", new Map([["a", 1]]), /returned a Map/],
    ["a Set", new Set([1]), /returned a Set/],
    ["a Blob", new Blob(["x"]), /returned a Blob/],
    ["an ArrayBuffer", new ArrayBuffer(2), /returned a ArrayBuffer/],
    ["a DataView", new DataView(new ArrayBuffer(2)), /returned a DataView/],
    ["a ReadableStream", new ReadableStream(), /returned a ReadableStream/],
    ["an object with a BigInt", { n: 7n }, /BigInt/],
    ["a cycle", cyclic(), /circular structure/],
    ["an object that has no JSON", { toJSON: () => undefined }, /has no JSON form/],
  ])("refuses a payload that is %s", async (_, payload, message) => {
    const { hook, message: said } = await refusalOf({ payload: () => payload });
    expect(hook).toBe("buildPayload");
    expect(said).toMatch(message);
    expect(said).toMatch(/^TestLLM: buildPayload returned /);
    expect(said).toMatch(/Return (the request body|an object|plain data)/);
  });

  it.each([
    ["a string", "authorization: x", /headers returned a string/],
    ["a number", 7, /headers returned a number/],
    ["numbers", { "x-count": 7 }, /"x-count" is a number/],
    ["lines", ["authorization: x"], /a list without names/],
    ["arrays", { "x-list": ["a", "b"] }, /"x-list" is a object/],
  ])("refuses headers that are %s", async (_, source, message) => {
    const { hook, message: said } = await refusalOf({ headers: () => [source as never] });
    expect(hook).toBe("headers");
    expect(said).toMatch(message);
  });

  it.each(["endpoint", "buildPayload", "headers"])("names %s when it throws", async (hook) => {
    const cause = new TypeError("x is undefined");
    const fail = (): never => {
      throw cause;
    };
    const parts = {
      endpoint: { endpoint: fail },
      buildPayload: { payload: fail },
      headers: { headers: fail },
    };
    const error = await refusalOf(parts[hook as keyof typeof parts]);
    expect(error).toMatchObject({ hook, cause, message: /threw: x is undefined/ });
  });

  it.each(["endpoint", "buildPayload", "headers"])("names %s when it rejects", async (hook) => {
    const cause = new Error("no token");
    const fail = (): Promise<never> => Promise.reject(cause);
    const parts = {
      endpoint: { endpoint: fail },
      buildPayload: { payload: fail },
      headers: { headers: () => [fail()] },
    };
    const error = await refusalOf(parts[hook as keyof typeof parts]);
    expect(error).toMatchObject({ hook, cause, message: /threw: no token/ });
  });

  it("passes errors that mean something to the caller", async () => {
    class QuotaError extends Error {}
    const own = new QuotaError("no credits");
    const { error } = await runScripted({
      payload: () => {
        throw own;
      },
    });
    expect(error).toBe(own);
  });
});

function cyclic(): object {
  const cycle: Record<string, unknown> = { secretPrompt: {} };
  (cycle["secretPrompt"] as Record<string, unknown>)["self"] = cycle;
  return cycle;
}
