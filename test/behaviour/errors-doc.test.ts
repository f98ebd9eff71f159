import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as api from "http-streaming-llm";
import {
  HttpStreamingError,
  HttpStreamingLLM,
  autoFormat,
  jsonLines,
  type HttpStreamingLLMCallOptions,
  type HttpStreamingLLMFields,
  type StreamDelta,
} from "http-streaming-llm";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../helpers/scripted-server.js";
import { rejection, thrown } from "../helpers/delta-llm.js";
import { cert, key } from "../helpers/certificate.js";

interface Line extends StreamDelta {
  response?: string;
}

/** The model of the page, and the hooks by which its situations differ. */
class MyLLM extends HttpStreamingLLM<Line> {
  _llmType() {
    return "my-llm";
  }
  endpoint: string;
  override format = jsonLines<Line>();
  constructor(endpoint: string, fields: HttpStreamingLLMFields = {}) {
    super(fields);
    this.endpoint = endpoint;
  }
  buildPayload(prompt: string): unknown {
    return { model: "llama3", prompt, stream: true };
  }
  parseChunk({ response, ...delta }: Line): StreamDelta {
    return { text: response, ...delta };
  }
}

class UsingAbsentField extends MyLLM {
  override parseChunk(line: Line) {
    return { text: (line as { choices?: { text: string }[] }).choices![0]!.text };
  }
}
class ReadingTheEndAlone extends MyLLM {
  override parseChunk({ done }: Line) {
    return { done };
  }
}
class WithoutFormat extends MyLLM {
  override format = autoFormat<Line>();
}
class AsyncPayload extends MyLLM {
  override async buildPayload(prompt: string) {
    return { prompt };
  }
}
class ThrowingPayload extends MyLLM {
  override buildPayload(): never {
    throw new TypeError("the template has no name");
  }
}
for (const some of [
  UsingAbsentField,
  ReadingTheEndAlone,
  WithoutFormat,
  AsyncPayload,
  ThrowingPayload,
]) {
  Object.defineProperty(some, "name", { value: "MyLLM" });
}

let server: ScriptedServer;
let secure: ScriptedServer;
let deaf: Server;
beforeAll(async () => {
  [server, secure] = await Promise.all([
    startScriptedServer(),
    startScriptedServer({ tls: { key, cert } }),
  ]);
  deaf = createServer(() => undefined);
  await new Promise<void>((resolve) => deaf.listen(0, "127.0.0.1", resolve));
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterAll(async () => {
  vi.restoreAllMocks();
  deaf.close();
  await Promise.all([server.close(), secure.close()]);
});

const PATH = "/api/generate";
const JSON_LINES = { "content-type": "application/x-ndjson" };
const said = (...lines: (Line | string)[]): Script => ({
  headers: JSON_LINES,
  steps: lines.map((line) => ({
    text: typeof line === "string" ? line : `${JSON.stringify(line)}\n`,
  })),
});
const refusal = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Script => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  steps: [{ text: JSON.stringify({ error: { message } }) }],
});

const asked = "Why is the sky blue?";

/** What `invoke` rejects with. */
async function failure(
  script: Script,
  {
    on = server,
    model = MyLLM,
    ...fields
  }: HttpStreamingLLMFields & { on?: ScriptedServer; model?: typeof MyLLM } = {},
  options: HttpStreamingLLMCallOptions = {},
): Promise<unknown> {
  const url = on.url({ path: PATH, ...script });
  return rejection(new model(url, fields).invoke(asked, options));
}

const failureAt = (endpoint: string, fields: HttpStreamingLLMFields = {}): Promise<unknown> =>
  rejection(new MyLLM(endpoint, { maxRetries: 0, ...fields }).invoke(asked));

const login = "<!doctype html><title>Sign in</title>";

/** By the headings of the page. */
const situations: Record<string, () => Promise<unknown>> = {
  "A 401": () => failure(refusal(401, "invalid api key")),
  "A 429 with Retry-After": () =>
    failure(refusal(429, "rate limit reached", { "retry-after": "120" })),
  "A 429 without Retry-After": () => failure(refusal(429, "rate limit reached")),
  "A storm of 503": () => failure(refusal(503, "no worker is free")),
  "A model that is loading": () => failure(refusal(503, "Loading model"), { maxRetries: 1 }),
  "A prompt that is too long": () =>
    failure(refusal(400, "prompt is too long: 210000 tokens > 200000 maximum")),
  "A list of mistakes": () =>
    failure({
      ...refusal(422, ""),
      steps: [{ text: '{"detail":[{"loc":["body","messages"],"msg":"Field required"}]}' }],
    }),
  "A 404": () => failure(refusal(404, "model 'llama3' not found")),
  "A redirect to another origin": () =>
    failure({ status: 307, headers: { location: "https://elsewhere.example/api/generate" } }),
  "Nobody listens": () => failureAt("http://127.0.0.1:1/api/generate"),
  "A certificate that is not trusted": () => failure(said(), { on: secure, maxRetries: 0 }),
  "HTTPS to a plain server": () => failureAt(server.origin.replace("http:", "https:") + PATH),
  "The server hangs up": () => failure({ noHead: true, end: "destroy" }, { maxRetries: 0 }),
  "No connection": () =>
    failureAt(`https://127.0.0.1:${(deaf.address() as AddressInfo).port}${PATH}`, {
      timeouts: { connect: 50 },
    }),
  "No headers": () => failure({ headDelayMs: 60_000 }, { timeouts: { headers: 50 } }),
  "No first token": () => failure({ ...said(), end: "stall" }, { timeouts: { firstChunk: 50 } }),
  "A silent stream": () =>
    failure({ ...said({ response: "a" }), end: "stall" }, { timeouts: { idle: 50 } }),
  "A stream that says nothing": () =>
    failure({ ...said({ response: "a" }), end: "stall" }, { timeouts: { token: 50 } }),
  "A call that takes too long": () =>
    failure({ ...said({ response: "a" }), end: "stall" }, { timeouts: { total: 50 } }),
  "LangChain's timeout": () =>
    failure({ ...said({ response: "a" }), end: "stall" }, {}, { timeout: 50 }),
  "A body that breaks off": () => failure({ ...said({ response: "a" }), end: "destroy" }),
  "An end that nobody announced": () =>
    failure(said({ response: "a" }), { endOfStream: "required" }),
  "An empty answer": () => failure(said(), { maxRetries: 0 }),
  "No token in any record": () =>
    failure(said({ response: "" }, { response: "" }), { maxRetries: 0 }),
  "Malformed JSON": () => failure(said('{"response": "a"\n')),
  "A record that was cut": () => failure(said({ response: "a" }, '{"response": "b')),
  "An exception in parseChunk": () => failure(said({ response: "a" }), { model: UsingAbsentField }),
  "An endless record": () =>
    failure(
      {
        headers: JSON_LINES,
        steps: [{ text: '{"response": "' }, { text: "x".repeat(1024), repeat: 300 }],
      },
      { limits: { maxRecordBytes: 256 * 1024 } },
    ),
  "An endless answer": () =>
    failure(said({ response: "x".repeat(2000) }), { limits: { maxResponseBytes: 1024 } }),
  "A provider's error in mid-stream": () =>
    failure(said({ response: "a" }, { error: { message: "CUDA out of memory", code: "oom" } })),
  "An HTML login page": () =>
    failure({ headers: { "content-type": "text/html; charset=utf-8" }, steps: [{ text: login }] }),
  "Another format": () =>
    failure({
      headers: { "content-type": "text/event-stream" },
      steps: [{ text: "data: {}\n\n" }],
    }),
  "Binary data without a format": () =>
    failure(
      {
        headers: { "content-type": "application/octet-stream" },
        steps: [{ base64: Buffer.from("\0\0\0\x05Hello").toString("base64") }],
      },
      { model: WithoutFormat },
    ),
  "A coding that cannot be undone": () =>
    failure({ ...said(), headers: { ...JSON_LINES, "content-encoding": "compress" } }),
  "A hook that is asynchronous": async () =>
    thrown(() => new AsyncPayload(server.url({ path: PATH, ...said() })).invokeSync(asked)),
  "A dispatcher": async () =>
    thrown(() =>
      new MyLLM(server.url({ path: PATH, ...said() }), {
        dispatcher: { dispatch: () => true },
      }).invokeSync(asked),
    ),
  "An exception in buildPayload": () => failure(said(), { model: ThrowingPayload }),
  "A text that no hook reads": () =>
    failure(said({ response: "Hel" }, { response: "lo", done: true }), {
      model: ReadingTheEndAlone,
    }),
  "No endpoint": () => rejection(new MyLLM("").invoke(asked)),
  "A header with a line break": () =>
    failure(said(), { headers: { authorization: "Bearer abc\n" } }),
  "A variable that is not set": () =>
    failure(said(), { headers: { authorization: `Bearer ${String(undefined)}` } }),
  "An input that is none": () =>
    rejection(new MyLLM(server.url({ path: PATH })).invoke({ question: asked } as never)),
  "A setting that cannot be": () => failure(said(), { timeouts: { idle: -1 } }),
  "An abort": async () => {
    const controller = new AbortController();
    const call = failure({ ...said(), end: "stall" }, {}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    return call;
  },
};

const page = readFileSync(fileURLToPath(new URL("../../docs/errors.md", import.meta.url)), "utf8");

/** The block of text under each heading. */
const quotes = new Map(
  page.split(/^#{2,3} /m).flatMap((section) => {
    const quote = /^```text\n([^]*?)\n```/m.exec(section)?.[1];
    const heading = section.slice(0, section.indexOf("\n"));
    return quote === undefined ? [] : [[heading, quote] as const];
  }),
);

/** The page's server has the port of Ollama, and lines that fit on it. */
function shown(message: string): string {
  return message.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:11434");
}

const reproduced = new Set<string>();

// The tests after the first look at what it has seen.
describe("docs/errors.md", { shuffle: false }, () => {
  it.each(Object.entries(situations))("quotes what a user sees: %s", async (heading, provoke) => {
    const error = await provoke();
    expect(error).toBeInstanceOf(Error);
    if (HttpStreamingError.isInstance(error)) reproduced.add(error.code);
    expect(quotes.get(heading)?.replaceAll("\n", " ")).toBe(shown((error as Error).message));
  });

  it("quotes nothing else", () => {
    expect([...quotes.keys()].filter((heading) => !(heading in situations))).toEqual([]);
  });

  it("has a section for each code, and each was seen", () => {
    const codes = [...page.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code);
    expect(codes.sort()).toEqual([...reproduced].sort());
  });

  it("names every error class", () => {
    const classes = Object.keys(api).filter((name) => name.endsWith("Error"));
    expect(classes.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
