import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";

let server: ModelServer;

beforeAll(async () => {
  server = await startModelServer({ pauseMs: 5 });
});
afterAll(() => server.close());

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const isText = typeof body === "string";
  return fetch(server.origin + path, {
    method: "POST",
    headers: { "content-type": isText ? "text/plain" : "application/json" },
    body: isText ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function status(): Promise<{ active: number; answered: number; cancelled: number }> {
  const response = await fetch(`${server.origin}/status`);
  return (await response.json()) as Awaited<ReturnType<typeof status>>;
}

interface OllamaAnswer {
  response: string;
  done: boolean;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
}

async function generate(body: object): Promise<OllamaAnswer> {
  const response = await post("/api/generate", { stream: false, ...body });
  return (await response.json()) as OllamaAnswer;
}

describe("The embedded model server", () => {
  it("continues a prompt, the same for the same seed and another for another", async () => {
    const ask = (seed?: number) => generate({ prompt: "Alice was", options: { seed } });
    const [first, again, other] = await Promise.all([ask(), ask(), ask(7)]);
    expect(first.response).toMatch(/^ \p{L}/u);
    expect(again.response).toBe(first.response);
    expect(other.response).not.toBe(first.response);
  });

  it("counts tokens, and says why it ended", async () => {
    const short = await generate({ prompt: "Alice was", options: { num_predict: 5 } });
    expect(short).toMatchObject({ done: true, done_reason: "length", eval_count: 5 });
    expect(short.prompt_eval_count).toBe(2);
    const long = await generate({ prompt: "Alice was", options: { num_predict: 4000 } });
    expect(long.done_reason).toBe("stop");
  });

  it("ends before a stop sequence", async () => {
    const { response: whole } = await generate({ prompt: "Alice was" });
    // From the middle of one token to the middle of another.
    const stop = whole.slice(10, 20);
    const stopped = await generate({ prompt: "Alice was", options: { stop: [stop] } });
    expect(stopped.response).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(stopped.done_reason).toBe("stop");
  });

  it("streams Ollama's lines", async () => {
    const response = await post("/api/generate", { prompt: "Alice was" });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text()).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as OllamaAnswer);
    const { response: whole } = await generate({ prompt: "Alice was" });
    expect(records.map((record) => record.response).join("")).toBe(whole);
    expect(records.map(({ done }) => done)).toEqual([...records.slice(1).map(() => false), true]);
  });

  it("streams OpenAI's events, with the usage if it is asked for", async () => {
    const ask = async (options?: object): Promise<string[]> => {
      const response = await post("/v1/completions", {
        ...{ model: "m", prompt: "Alice was", max_tokens: 3, stream: true },
        stream_options: options,
      });
      return (await response.text()).trimEnd().split("\n\n");
    };
    const plain = await ask();
    expect(plain).toHaveLength(5);
    expect(plain.join()).not.toContain("usage");
    expect(plain[3]).toContain('"finish_reason":"length"');
    expect(plain[4]).toBe("data: [DONE]");
    const counted = await ask({ include_usage: true });
    expect(counted).toHaveLength(6);
    expect(JSON.parse(counted[4]!.slice("data: ".length))).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
    });
  });

  it("cuts characters of a plain text stream between two chunks", async () => {
    const response = await post("/text", "‘Do cats eat bats");
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body!) chunks.push(chunk as Uint8Array);
    const whole = Buffer.concat(chunks).toString();
    expect(whole).toMatch(/[‘’—]/);
    expect(whole).not.toContain("\ufffd");
    expect(chunks.map((chunk) => Buffer.from(chunk).toString()).join("")).toContain("\ufffd");
  });

  it("stops when the client has gone", async () => {
    const before = await status();
    const controller = new AbortController();
    const body = { question: "Alice", stream: true, max_tokens: 4000, seed: 1 };
    const response = await post("/ask", body, controller.signal);
    await response.body!.getReader().read();
    controller.abort();
    await expect.poll(status).toEqual({ ...before, cancelled: before.cancelled + 1 });
  });

  it("says what is wrong with a request, in each wire's own shape", async () => {
    const answers = await Promise.all([
      post("/api/generate", {}),
      post("/v1/completions", { prompt: "x", max_tokens: 0 }),
      post("/ask", { question: "x", stop: 1 }),
      post("/nowhere", {}),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([400, 400, 400, 404]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { error: "the prompt must be a string" },
      {
        error: {
          message: "the number of tokens must be a whole number of at least 1",
          type: "invalid_request_error",
          code: null,
        },
      },
      { detail: "stop must be a string or a list of strings" },
      { error: "there is nothing at this path" },
    ]);
  });
});

describe("npm run server", () => {
  const program = fileURLToPath(new URL("../../examples/server/process.mjs", import.meta.url));
  /** As the script starts it, with a port behind its own. */
  const start = (port: number) => spawn(process.execPath, [program, "1", "11434", String(port)]);

  it("says where the model answers, and runs until it is ended", async () => {
    const child = start(0);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const [origin] = /http:[^ ]*\d/.exec(String(line)) ?? [];
    const response = await fetch(`${origin}/ask`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ question: "What did the White Rabbit do?" }),
    });
    expect(await response.text()).toMatch(/^data: \{"answer":"In"\}[^]*\[DONE\]/);
    expect(child.exitCode).toBeNull();
    child.kill();
    await once(child, "exit");
  });

  it("says which port is taken, and how to choose another", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const child = start(port);
    const [[text], [code]] = (await Promise.all([
      once(child.stderr, "data"),
      once(child, "exit"),
    ])) as [[Buffer], [number]];
    expect(String(text)).toContain(`Port ${port} is in use`);
    expect(String(text)).toContain("npm run server -- ");
    expect(code).toBe(1);
    other.close();
  });
});
