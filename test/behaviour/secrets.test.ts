import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { BaseTracer, type Run } from "@langchain/core/tracers/base";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AttemptContext } from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { cert } from "../helpers/certificate.js";
import {
  bothDrivers,
  chatClass,
  everyPath,
  ExitLLM,
  llmClass,
  type ExitModel,
  type Fields,
} from "../helpers/exit-models.js";

/** One for each place where a secret may be. */
const CANARIES = {
  constructorHeader: "canary-constructor-7b1c",
  hookHeader: "canary-hook-55de",
  callHeader: "canary-call-90ab",
  user: "canary-user-1111",
  password: "canary-password-1357",
  query: "canary-query-2468",
  proxyPassword: "canary-proxy-8642",
  passphrase: "canary-passphrase-9753",
  payload: "canary-payload-0f0f",
  bodyKey: "canary-body-7777",
} as const;

const basic = (user: string, password: string) =>
  Buffer.from(`${user}:${password}`).toString("base64");
const SECRETS = [
  ...Object.values(CANARIES),
  basic(CANARIES.user, CANARIES.password),
  basic("proxy", CANARIES.proxyPassword),
];

/** How a server gives back all that it was sent. */
type Echo = (echo: string, request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
let scripted: ScriptedServer;
beforeAll(async () => {
  scripted = await startScriptedServer({ proxyCredentials: "proxy:right" });
});
afterAll(async () => {
  await scripted.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function echoing(answer: Echo): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString()));
    request.on("end", () => {
      const sent = [request.url, ...Object.values(request.headers), body].join(" ");
      answer(`you sent ${sent}`, request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { user, password, query } = CANARIES;
  const { port } = server.address() as AddressInfo;
  return `http://${user}:${password}@127.0.0.1:${port}/v1?key=${query}`;
}

const SSE = { "content-type": "text/event-stream" };
const event = (delta: object) => `data: ${JSON.stringify(delta)}\n\n`;

const servings: [string, Echo, Fields?][] = [
  ["a refusal in words", (echo, _, response) => response.writeHead(400).end(echo)],
  [
    "a refusal in JSON",
    (echo, _, response) =>
      response.writeHead(401).end(JSON.stringify({ error: { message: echo, code: "bad" } })),
  ],
  [
    "a refusal of FastAPI's shape",
    (echo, _, response) =>
      response.writeHead(422).end(JSON.stringify({ detail: [{ msg: "no", input: echo }] })),
  ],
  [
    "a refusal that parseError reads",
    (echo, _, response) => response.writeHead(403).end(JSON.stringify({ why: echo })),
    { parseError: (_, body) => (body as { why: string }).why },
  ],
  [
    "a refusal with echoing headers",
    (echo, { headers }, response) =>
      response
        .writeHead(429, {
          "x-echo": headers.authorization,
          "set-cookie": "session=1",
          "x-request-id": headers["x-hook"],
        })
        .end(echo),
  ],
  [
    "a storm of 503",
    (echo, _, response) => response.writeHead(503, { "retry-after-ms": "1" }).end(echo),
    { maxRetries: 2 },
  ],
  [
    "an error in the stream",
    (echo, _, response) => response.writeHead(200, SSE).end(event({ error: { message: echo } })),
  ],
  [
    "an error after a token",
    (echo, _, response) =>
      response.writeHead(200, SSE).end(event({ text: "a" }) + event({ error: echo })),
  ],
  [
    "a record that is no JSON",
    (echo, _, response) => response.writeHead(200, SSE).end(`data: ${echo}\n\n`),
  ],
  [
    "a record that parseChunk rejects",
    (echo, _, response) => response.writeHead(200, SSE).end(event({ text: echo })),
    {
      parseChunk: ({ text }) => {
        throw new TypeError(`cannot read ${text ?? ""}`);
      },
    },
  ],
  [
    "a page of HTML",
    (echo, _, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end(`<p>${echo}`),
  ],
  [
    "a redirect elsewhere",
    (_, { url = "" }, response) =>
      response.writeHead(307, { location: `http://127.0.0.2:9${url}` }).end(),
  ],
  [
    "a redirect to nowhere",
    (echo, _, response) =>
      response.writeHead(302, { location: `http://[${encodeURI(echo)}` }).end(),
  ],
  [
    "a content-encoding that cannot be undone",
    (_, { headers }, response) =>
      response
        .writeHead(200, { ...SSE, "content-encoding": `${String(headers["x-hook"])}, compress` })
        .end("a"),
  ],
  ["a cut before the head", (_, request) => request.socket.destroy()],
  [
    "a cut in mid-stream",
    (_, request, response) => {
      response.writeHead(200, SSE);
      response.write(event({ text: "a" }), () => setTimeout(() => request.socket.destroy(), 10));
    },
  ],
  ["no answer", () => undefined, { timeouts: { headers: 60 } }],
  [
    "silence",
    (_, __, response) => {
      response.writeHead(200, SSE).flushHeaders();
    },
    { timeouts: { idle: 60 } },
  ],
  ["an empty answer", (_, __, response) => response.writeHead(200, SSE).end()],
  [
    "a record that is too large",
    (echo, _, response) => response.writeHead(200, SSE).end(event({ text: echo })),
    { limits: { maxRecordBytes: 50 } },
  ],
  [
    "an answer that is too large",
    (echo, _, response) => response.writeHead(200, SSE).end(event({ text: echo })),
    { limits: { maxResponseBytes: 50 } },
  ],
];

const endpoints: [string, string, Fields?][] = [
  [
    "a host where nobody listens",
    `http://${CANARIES.user}:${CANARIES.password}@127.0.0.1:1/?key=${CANARIES.query}`,
  ],
  [
    "a host without a name",
    `http://${CANARIES.user}:${CANARIES.password}@canary.invalid/?key=${CANARIES.query}`,
  ],
  ["a URL that is none", `//${CANARIES.user}:${CANARIES.password}@host/?key=${CANARIES.query}`],
  [
    "a scheme that is none",
    `ws://${CANARIES.user}:${CANARIES.password}@host/?key=${CANARIES.query}`,
  ],
  ["no TLS where it is expected", "https://127.0.0.1:PORT/"],
  [
    "a proxy that refuses",
    "http://127.0.0.1:1/",
    { proxy: `http://proxy:${CANARIES.proxyPassword}@127.0.0.1:PORT` },
  ],
  [
    "a proxy that refuses a tunnel",
    "https://127.0.0.1:1/",
    { proxy: `http://proxy:${CANARIES.proxyPassword}@127.0.0.1:PORT` },
  ],
  [
    "a proxy that nobody is",
    "http://127.0.0.1:9/",
    { proxy: `http://proxy:${CANARIES.proxyPassword}@127.0.0.1:1` },
  ],
  [
    "a proxy whose address is none",
    "http://127.0.0.1:9/",
    { proxy: `proxy:${CANARIES.proxyPassword}@` },
  ],
  [
    "a key that the passphrase does not open",
    "https://127.0.0.1:PORT/",
    {
      tls: {
        cert,
        key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
        passphrase: CANARIES.passphrase,
      },
    },
  ],
  [
    "a header with a line break",
    "http://127.0.0.1:PORT/",
    { headers: { "x-broken": `${CANARIES.constructorHeader}\r\nx-injected: 1` } },
  ],
  [
    "a header that is no string",
    "http://127.0.0.1:PORT/",
    { headers: { "x-broken": [CANARIES.constructorHeader] as never } },
  ],
  [
    "a header with a name that is none",
    "http://127.0.0.1:PORT/",
    { headers: { "x broken": CANARIES.constructorHeader } },
  ],
  [
    "a payload that is none",
    "http://127.0.0.1:PORT/",
    { buildPayload: () => ({ prompt: CANARIES.payload, count: 1n }) },
  ],
  ["a payload in a circle", "http://127.0.0.1:PORT/", { buildPayload: () => circle() }],
];

function circle(): object {
  const payload: { prompt: string; self?: object } = { prompt: CANARIES.payload };
  payload.self = payload;
  return payload;
}

const CALL = { headers: { "x-call": CANARIES.callHeader } };

function secretModel(
  create: (url: string, fields: Fields) => ExitModel,
  url: string,
  fields: Fields = {},
): ExitModel {
  return create(url.replace("PORT", new URL(scripted.origin).port), {
    maxRetries: 0,
    tls: { passphrase: CANARIES.passphrase },
    headers: () => ({ "x-hook": CANARIES.hookHeader, "x-api-key": CANARIES.constructorHeader }),
    buildPayload: () => ({
      model: "m",
      api_key: CANARIES.bodyKey,
      prompt: `Tell me of\n"${CANARIES.payload}", please`,
    }),
    ...fields,
  });
}

/** What is kept of the other side, for whoever asks for it. */
function kept(error: unknown): string {
  const { body, record } = error as { body?: unknown; record?: unknown };
  return inspect([body, record], { depth: 20, maxStringLength: Infinity });
}

/** All that a log could show of a value, and of whatever hangs on it. */
function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 20 }), JSON.stringify(value) ?? "", String(value)];
  for (
    let link = value, depth = 0;
    link instanceof Error && depth < 8;
    link = link.cause, depth++
  ) {
    parts.push(link.message, link.stack ?? "", JSON.stringify(link), inspect(link, { depth: 20 }));
    for (const own of Object.values(link)) parts.push(inspect(own, { depth: 20 }));
  }
  return parts.join("\n");
}

/** The payload is the prompt, which is an ordinary part of a trace. */
function expectNoCanary(text: string, { but }: { but?: string } = {}): void {
  for (const secret of SECRETS) if (secret !== but) expect(text).not.toContain(secret);
}

let printed: string[];
beforeEach(() => {
  printed = [];
  const print = (...args: unknown[]): boolean =>
    printed.push(args.map((arg) => inspect(arg)).join(" ")) > 0;
  for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    vi.spyOn(console, method).mockImplementation(print);
  }
  vi.spyOn(process, "emitWarning").mockImplementation(print);
});
afterEach(() => {
  vi.restoreAllMocks();
});

class Keeping extends BaseTracer {
  name = "keeping";
  readonly runs: Run[] = [];
  protected async persistRun(run: Run) {
    this.runs.push(run);
  }
}

const classes = [llmClass, chatClass];

describe.each(classes)("the secrets of $name", ({ create }) => {
  async function failure(model: ExitModel): Promise<void> {
    const tracer = new Keeping();
    const asked = `Is ${CANARIES.payload} a secret?`;
    const options = { ...CALL, callbacks: [tracer] };
    for (const call of [
      async () => model.invoke(asked, options),
      async () => {
        for await (const _ of (await model.stream(asked, options)) as AsyncIterable<unknown>);
      },
    ]) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(Error);
      expectNoCanary(shown(error));
      expectNoCanary(kept(error));
    }
    expect(tracer.runs).toHaveLength(2);
    for (const { inputs, ...run } of tracer.runs) expectNoCanary(shown({ ...run, events: [] }));
    expect(printed).toEqual([]);
  }

  it.each(servings)(
    "stay out of the error, the trace and the console: %s that echoes the request",
    async (_, answer, fields) => {
      await failure(secretModel(create, await echoing(answer), fields));
    },
  );

  it.each(endpoints)(
    "stay out of the error, the trace and the console: %s",
    async (_, url, fields) => {
      await failure(secretModel(create, url, fields));
    },
  );

  it("stay out of the model's own description", () => {
    const url = `http://${CANARIES.user}:${CANARIES.password}@host.test/v1?key=${CANARIES.query}`;
    const fields = {
      headers: { authorization: CANARIES.constructorHeader },
      proxy: `http://proxy:${CANARIES.proxyPassword}@proxy.test`,
      tls: { passphrase: CANARIES.passphrase },
      apiKey: CANARIES.hookHeader,
      auth: { accessToken: CANARIES.callHeader },
    };
    const model = create(url, fields);
    const parts = [model, model.toJSON(), model.invocationParams({}), model._identifyingParams?.()];
    for (const part of parts)
      expectNoCanary(`${inspect(part, { depth: 20 })} ${JSON.stringify(part)}`);
  });
});

describe("the secrets of the synchronous path", () => {
  const blocking = everyPath.filter(({ path }) => path === "streamSync");

  it.each(blocking)("stay out of its errors: $title", async ({ create, call }) => {
    for (const [what, url, fields] of endpoints) {
      const error = await rejection(call(secretModel(create, url, fields), CALL));
      expect(error, what).toBeInstanceOf(Error);
      expectNoCanary(shown(error));
    }
  });
});

describe.each(bothDrivers)("what a server quotes, through $name", ({ call }) => {
  const refusing = (message: string) =>
    serve(scripted, { status: 400, steps: [{ text: JSON.stringify({ error: { message } }) }] });

  it("is redacted wholly where a secret of another request begins with one of this", async () => {
    const side = serve(scripted, { steps: [{ text: "{}" }] });
    const { url } = refusing("you sent abcdefghij-TAIL before");
    const headers = (context: AttemptContext) => {
      const answered = context.request({ url: side.url, headers: { "x-l": "abcdefghij-TAIL" } });
      const own = () => ({ "x-s": "abcdefghij" });
      return answered instanceof Promise ? answered.then(own) : own();
    };
    const error = await rejection(call(new ExitLLM(url, { headers, maxRetries: 0 })));
    expect((error as Error).message).toContain("you sent [redacted] before");
  });

  it("keeps the name of the scheme", async () => {
    const { url } = refusing("Provide your key in a header using Bearer auth, not k-12345678");
    const headers = { authorization: "Bearer k-12345678" };
    const error = await rejection(call(new ExitLLM(url, { headers, maxRetries: 0 })));
    expect((error as Error).message).toContain("using Bearer auth, not [redacted]");
  });

  it("is told also where the body is deep", async () => {
    const { url } = refusing("too deep");
    const buildPayload = () => `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const error = await rejection(call(new ExitLLM(url, { buildPayload, maxRetries: 0 })));
    expect(error).toMatchObject({ name: "HttpStatusError", status: 400 });
  });

  it("is not asked for where the payload has no JSON form", async () => {
    const { url } = refusing("never sent");
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const broken = {
      toJSON() {
        throw new Error("no form");
      },
    };
    for (const payload of [cycle, broken]) {
      const error = await rejection(call(new ExitLLM(url, { buildPayload: () => payload })));
      expect(error).toMatchObject({ name: "HookError", hook: "buildPayload" });
    }
  });

  it("is redacted as the payload's toJSON has it", async () => {
    const { url } = refusing("no k-12345678");
    const buildPayload = () => ({ toJSON: () => ({ api_key: "k-12345678" }) });
    const error = await rejection(call(new ExitLLM(url, { buildPayload, maxRetries: 0 })));
    expect((error as Error).message).toContain("no [redacted]");
  });
});

describe("a redirect", () => {
  it("to another origin gets nothing", async () => {
    const seen: unknown[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    servers.push(other);
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await echoing((_, __, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end(),
      );
      await expect(secretModel(llmClass.create, url).invoke("Why?")).rejects.toMatchObject({
        status,
      });
    }
    expect(seen).toEqual([]);
  });
});

describe("a header from outside", () => {
  it.each(["\n", "\r", "\r\nx-injected: 1", "\0", "\u2028", "\u0130"])(
    "cannot smuggle %j",
    async (smuggled) => {
      const { url, id } = serve(scripted, events("a", { done: true }));
      const given = [
        { fields: { headers: { "x-id": `1${smuggled}` } } },
        { fields: { headers: () => ({ "x-id": `1${smuggled}` }) } },
        { options: { headers: { "x-id": `1${smuggled}` } } },
        { fields: { headers: { [`x-id${smuggled}`]: "1" } } },
      ];
      for (const { fields, options } of given) {
        const model = new ExitLLM(url, fields);
        expect(await rejection(model.invoke("Why?", options))).toMatchObject({
          code: "HOOK",
          hook: "headers",
        });
      }
      expect(await scripted.log(id)).toEqual([]);
    },
  );
});
