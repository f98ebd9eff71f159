/** The functions of the guide to serving, between a reader and a model that both may leave. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ROOT } from "../helpers/user-project.js";
import { declaredIn } from "./declared.js";
import { Page } from "./page.js";

type Answer = (request: Request) => Promise<Response>;
type NodeAnswer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const guide = await declaredIn(new Page(readFileSync(join(ROOT, "docs/serving.md"), "utf8")));
const llm = guide.llm as { endpoint: string };
const answers = ["POST", "answerInEvents", "answerUseChat"].map((name) => {
  return [name, guide[name] as Answer] as const;
});

const servers: Pick<Server, "close" | "closeAllConnections">[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  vi.restoreAllMocks();
});

async function listen(listener: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer((request, response) => void listener(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Where a function of the guide answers, on the server that it is for. */
async function serving(name: string): Promise<string> {
  if (name === "answer") {
    const answer = guide.answer as NodeAnswer;
    return listen((request, response) =>
      answer(Object.assign(request, { body: { question: "?" } }), response),
    );
  }
  const app = new Hono().post("/", (context) => (guide[name] as Answer)(context.req.raw));
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}/`),
    );
    servers.push(server as Server);
  });
}

const body = JSON.stringify({ question: "?", messages: [{ role: "user", parts: [] }] });
const ask = (url: string, signal?: AbortSignal) =>
  fetch(url, { method: "POST", body, ...(signal && { signal }) });

/** A model that says one word, and then what the test wants. */
async function model(next: (response: ServerResponse) => void): Promise<string> {
  return listen((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write('data: {"answer":"In"}\n\n', () => next(response));
  });
}

const names = [...answers.map(([name]) => name), "answer"];

describe("A server of the guide", () => {
  it.each(names)(
    "closes the request of a silent model when its reader leaves: %s",
    async (name) => {
      vi.spyOn(console, "error").mockReturnValue();
      let leave!: () => void;
      const modelLeft = new Promise<void>((resolve) => (leave = resolve));
      llm.endpoint = await model((response) => response.on("close", leave));
      const reader = new AbortController();
      const response = await ask(await serving(name), reader.signal);
      expect((await response.body!.getReader().read()).done).toBe(false);
      reader.abort();
      await modelLeft;
    },
  );

  it.each(names)("does not let an answer that broke off look whole: %s", async (name) => {
    const log = vi.spyOn(console, "error").mockReturnValue();
    llm.endpoint = await model((response) => response.destroy());
    const text = await (await ask(await serving(name))).text().catch(() => "broken off");
    if (name === "answerInEvents") {
      expect(text).toContain("event: error");
      expect(text).not.toContain("[DONE]");
    } else if (name === "answerUseChat") {
      expect(text).toContain('"type":"error"');
      expect(text).not.toContain('"type":"finish"');
    } else expect(text).toBe("broken off");
    expect(text).not.toContain("127.0.0.1");
    if (name !== "POST") expect(String(log.mock.calls[0]?.[0])).toContain("the response");
  });

  it.each(names)("answers with a status where the model refuses: %s", async (name) => {
    vi.spyOn(console, "error").mockReturnValue();
    llm.endpoint = await listen((_request, response) => response.writeHead(401).end());
    expect((await ask(await serving(name))).status).toBe(name === "answer" ? 502 : 500);
  });
});
