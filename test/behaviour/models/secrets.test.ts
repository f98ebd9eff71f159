import { inspect } from "node:util";
import { BaseTracer, type Run } from "@langchain/core/tracers/base";
import { InMemoryCache } from "@langchain/core/caches";
import { RunnableLambda } from "@langchain/core/runnables";
import { describe, expect, it } from "vitest";
import type { HttpStreamingLLMFields } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../../helpers/scripted-server.js";
import { DeltaLLM, drain, drainSync, events, Recorder, serve } from "../../helpers/delta-llm.js";

const SECRETS = {
  field: "sk-field-3f9a",
  constructorHeader: "sk-constructor-71bc",
  hookHeader: "sk-hook-55de",
  callHeader: "sk-call-90ab",
  password: "pw-basic-1357",
  query: "sk-query-2468",
  tls: "tls-passphrase-9753",
  prompt: "my-private-prompt",
} as const;

interface SecretFields extends HttpStreamingLLMFields {
  apiKey?: string;
  provider?: { accessToken: string; region: string };
  baseUrl?: string;
}

const server = useScriptedServer();

class SecretLLM extends DeltaLLM {
  override _llmType() {
    return "secret";
  }
  constructor(endpoint: string, fields: SecretFields = {}) {
    super(endpoint, { apiKey: SECRETS.field, ...fields });
  }
  override headers() {
    return { "x-hook": `Bearer ${SECRETS.hookHeader}` };
  }
}

function modelFor(endpoint: string, fields: HttpStreamingLLMFields = {}): SecretLLM {
  const url = new URL(endpoint);
  // A userinfo is the authorization, unless a header says otherwise.
  url.username = "user";
  url.password = SECRETS.password;
  url.searchParams.set("key", SECRETS.query);
  return new SecretLLM(url.href, {
    maxRetries: 0,
    headers: { "x-constructor": SECRETS.constructorHeader },
    tls: { passphrase: SECRETS.tls },
    provider: { accessToken: SECRETS.field, region: "eu" },
    baseUrl: `https://user:${SECRETS.password}@h.test/?key=${SECRETS.query}`,
    ...{ defaultHeaders: { "x-default": SECRETS.constructorHeader } },
    ...fields,
  });
}

const CALL = { headers: { "x-call": SECRETS.callHeader } };

/** Call options of an author's own, which hooks read. */
const OWN = {
  ...CALL,
  apiKey: SECRETS.field,
  extraHeaders: { "x-own": SECRETS.hookHeader },
  provider: { region: "eu", accessToken: SECRETS.field },
  mirrors: [{ url: `https://user:${SECRETS.password}@h.test/` }],
};

/** Everything a log could show of a value. */
function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 20 }), JSON.stringify(value) ?? "", String(value)];
  for (
    let link = value, depth = 0;
    link instanceof Error && depth < 6;
    link = link.cause, depth++
  ) {
    parts.push(link.message, link.stack ?? "", JSON.stringify(link), inspect(link));
  }
  return parts.join("\n");
}

function expectNoSecret(text: string, { but = [] as string[] } = {}): void {
  for (const [name, secret] of Object.entries(SECRETS)) {
    if (!but.includes(name)) expect(text, name).not.toContain(secret);
  }
  expect(text).not.toContain(Buffer.from(`user:${SECRETS.password}`).toString("base64"));
}

/** A server that gives back whatever it might have been sent. */
const ECHO = [
  SECRETS.constructorHeader,
  SECRETS.hookHeader,
  SECRETS.callHeader,
  SECRETS.password,
  SECRETS.query,
  Buffer.from(`user:${SECRETS.password}`).toString("base64"),
].join(" ");

const failures: [string, Script][] = [
  ["a refusal", { status: 401 }],
  ["a refusal that echoes", { status: 403, steps: [{ text: ECHO }] }],
  [
    "a refusal that echoes in JSON",
    { status: 400, steps: [{ text: JSON.stringify({ error: { message: ECHO, code: "x" } }) }] },
  ],
  [
    "a refusal that echoes in headers",
    { status: 400, headers: { "x-echo": ECHO, "set-cookie": ECHO } },
  ],
  ["an error inside the stream that echoes", events("a", { error: { message: ECHO } })],
  [
    "a record that echoes and is no JSON",
    { headers: { "content-type": "text/event-stream" }, steps: [{ text: `data: ${ECHO}\n\n` }] },
  ],
  ["a page", { headers: { "content-type": "text/html" }, steps: [{ text: `<p>${ECHO}` }] }],
  ["a cut stream", { ...events("a"), end: "reset" }],
  ["an empty stream", events()],
  [
    "a redirect that echoes",
    { status: 307, headers: { location: `http://elsewhere.test/?key=${SECRETS.query}` } },
  ],
];

describe("the secrets of HttpStreamingLLM", () => {
  it.each(failures)("stay out of the error for %s, on both paths", async (_, script) => {
    const { url } = serve(server, script);
    const llm = modelFor(url);
    const results = [
      await drain(() => llm.stream(SECRETS.prompt, CALL)),
      drainSync(() => llm.streamSync(SECRETS.prompt, CALL)),
    ];
    for (const { error } of results) {
      expect(error).toBeInstanceOf(Error);
      expectNoSecret(shown(error));
    }
  });

  it.each<[string, (llm: SecretLLM) => void]>([
    [
      "a host that refuses",
      (llm) => (llm.endpoint = `http://user:${SECRETS.password}@127.0.0.1:1/?key=${SECRETS.query}`),
    ],
    [
      "a URL that is none",
      (llm) => (llm.endpoint = `user:${SECRETS.password}@h?key=${SECRETS.query}`),
    ],
    [
      "another scheme",
      (llm) => (llm.endpoint = `ftp://user:${SECRETS.password}@h/?key=${SECRETS.query}`),
    ],
    ["a payload that is none", (llm) => (llm.buildPayload = (prompt) => ({ prompt, n: 1n }))],
    [
      "a cyclic payload",
      (llm) => {
        llm.buildPayload = (prompt) => {
          const cycle: Record<string, unknown> = { [prompt]: {} };
          (cycle[prompt] as Record<string, unknown>)["self"] = cycle;
          return cycle;
        };
      },
    ],
    [
      "a header that is none",
      (llm) => (llm.headers = () => ({ "x-hook": `${SECRETS.hookHeader}\n` })),
    ],
  ])("stay out of the error for %s, on both paths", async (_, spoil) => {
    const llm = modelFor("http://127.0.0.1:1/");
    spoil(llm);
    for (const { error } of [
      await drain(() => llm.stream(SECRETS.prompt, CALL)),
      drainSync(() => llm.streamSync(SECRETS.prompt, CALL)),
    ]) {
      expect(error).toMatchObject({ name: /^(HookError|ConnectionError)$/ });
      expectNoSecret(shown(error));
    }
  });

  it("stay out of a timeout, an abort, and what a trace gets of a break", async () => {
    const recorder = new Recorder();
    const { url } = serve(server, { ...events("a"), end: "stall" });
    const options = { ...CALL, callbacks: [recorder] };
    await drain(() => modelFor(url, { timeouts: { idle: 20 } }).stream(SECRETS.prompt, options));
    await drain(() =>
      modelFor(url).stream(SECRETS.prompt, { ...options, signal: AbortSignal.timeout(20) }),
    );
    for await (const _ of await modelFor(url).stream(SECRETS.prompt, options)) break;
    expect(recorder.runs.failed).toHaveLength(3);
    for (const error of recorder.runs.failed) expectNoSecret(shown(error));
  });

  it("stay out of the model's JSON, which marks where they were", () => {
    const llm = modelFor("http://127.0.0.1:1/v1/generate");
    const json = llm.toJSON();
    expectNoSecret(JSON.stringify(json));
    expectNoSecret(JSON.stringify(llm));
    expect(json).toMatchObject({
      type: "constructor",
      id: ["langchain", "llms", "secret", "SecretLLM"],
      kwargs: {
        api_key: { lc: 1, type: "secret", id: ["API_KEY"] },
        provider: { accessToken: { lc: 1, type: "secret", id: ["ACCESS_TOKEN"] }, region: "eu" },
        base_url: "https://h.test/",
      },
    });
  });

  it.each([
    "apiKey",
    "api_key",
    "apikey",
    "openAIApiKey",
    "key",
    "token",
    "accessToken",
    "hfToken",
    "password",
    "passwd",
    "secret",
    "clientSecret",
    "privateKey",
    "authorization",
    "Authorization",
    "x-api-key",
    "Ocp-Apim-Subscription-Key",
    "cookie",
    "credentials",
    "bearer",
    "apiKeys",
    "tokens",
    "secrets",
    "jwt",
  ])("stay out of the JSON under the name %s", (name) => {
    const value = name.endsWith("s") ? [SECRETS.field] : SECRETS.field;
    const llm = new DeltaLLM("http://h.test/", { [name]: value });
    expect(JSON.stringify([llm, llm._identifyingParams()])).not.toContain(SECRETS.field);
  });

  it.each([
    "maxTokens",
    "max_tokens",
    "tokenizer",
    "keyword",
    "model",
    "temperature",
    "stopToken_",
    "topKey_",
  ])("are not taken for what is none: %s", (name) => {
    const llm = new DeltaLLM("http://h.test/", { [name]: 42 });
    expect(llm._identifyingParams()).toMatchObject({ [name]: 42 });
    expect(Object.values((llm.toJSON() as { kwargs: object }).kwargs)).toEqual([42]);
  });

  it("stay out of what identifies a model and a call", () => {
    const llm = modelFor("http://127.0.0.1:1/v1/generate");
    expectNoSecret(
      JSON.stringify([llm._identifyingParams(), llm.invocationParams({ stop: ["."] })]),
    );
    expect(llm._identifyingParams()).toMatchObject({
      endpoint: "http://127.0.0.1:1/v1/generate",
      provider: { region: "eu" },
    });
  });

  it("stay out of cache keys, and do not split the cache", async () => {
    const llm = modelFor("http://127.0.0.1:1/");
    const keyOf = (options: object) => llm._getSerializedCacheKeyParametersForCall(options);
    expectNoSecret(keyOf({ ...OWN, stop: ["."], tls: { passphrase: SECRETS.tls } }));
    expect(keyOf(CALL)).toBe(keyOf({ headers: { "x-call": "another" }, timeouts: { idle: 5 } }));
    expect(keyOf({ stop: ["."] })).not.toBe(keyOf({ stop: [","] }));
    const seen: string[] = [];
    class SeeingCache extends InMemoryCache {
      override lookup(prompt: string, key: string) {
        seen.push(key);
        return super.lookup(prompt, key);
      }
    }
    const { url } = serve(server, events("a", { done: true }));
    const cached = modelFor(url, { cache: new SeeingCache() });
    await cached.invoke("x", CALL);
    expect(await cached.invoke("x", CALL)).toBe("a");
    expect(seen.length).toBeGreaterThan(0);
    expectNoSecret(seen.join());
  });

  it("stay out of what handlers are told at the start, on every path", async () => {
    const { url } = serve(server, events("a", { done: true }));
    const llm = modelFor(url);
    const recorder = new Recorder();
    const options = { ...OWN, tls: { passphrase: SECRETS.tls }, callbacks: [recorder] };
    // The server speaks no TLS: this shows only what is told.
    await llm.invoke("x", options);
    await llm.generate(["x"], options);
    await drain(() => llm.stream("x", options));
    llm.invokeSync("x", options);
    await expect.poll(() => recorder.runs.started.length).toBe(4);
    for (const args of recorder.runs.started) {
      expectNoSecret(JSON.stringify(args));
      expectNoSecret(inspect(args, { depth: 20 }));
    }
  });

  it("reach the hooks that need them, as they were given", async () => {
    const { url } = serve(server, events("a", { done: true }));
    const seen: unknown[] = [];
    class Asking extends SecretLLM {
      override buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
        const { apiKey, extraHeaders, provider, mirrors } = options as typeof options & typeof OWN;
        seen.push({ apiKey, extraHeaders, provider, mirrors });
        return super.buildPayload(prompt, options);
      }
    }
    const { headers, ...own } = OWN;
    const llm = new Asking(url);
    await llm.invoke("x", OWN);
    await llm.withConfig(OWN).invoke("x");
    llm.invokeSync("x", OWN);
    expect(seen).toEqual([own, own, own]);
  });

  it("stay out of a tracer's runs", async () => {
    const runs: Run[] = [];
    class Tracer extends BaseTracer {
      name = "tracer";
      protected async persistRun(run: Run) {
        runs.push(run);
      }
    }
    const ok = modelFor(serve(server, events("a", { done: true })).url);
    const failing = modelFor(serve(server, { status: 403, steps: [{ text: ECHO }] }).url);
    for (const llm of [ok, failing]) {
      const chain = RunnableLambda.from((x: string) => x).pipe(llm.withConfig(OWN as never));
      await drain(() => chain.stream("x", { callbacks: [new Tracer()] }));
      await drain(() => chain.streamEvents("x", { version: "v2", callbacks: [new Tracer()] }));
    }
    expect(runs.length).toBeGreaterThanOrEqual(4);
    for (const run of runs)
      expectNoSecret(inspect(run, { depth: 30 }) + JSON.stringify(run.serialized));
  });

  it("stay out of util.inspect of a model that keeps them only in its constructor fields", () => {
    const llm = modelFor("http://127.0.0.1:1/v1/generate");
    expectNoSecret(inspect(llm, { depth: 20 }));
  });
});
