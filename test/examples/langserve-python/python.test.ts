/** LangServe itself, in Python: its client against the example server, and its server behind the example models. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { serve, type ServerType } from "@hono/node-server";
import { RunnableLambda } from "@langchain/core/runnables";
import { Hono } from "hono";
import { ModelStreamError, TruncatedStreamError } from "http-streaming-llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../../examples/langserve/app.js";
import { langserve } from "../../../examples/langserve/routes.js";
import { LangServeChat, LangServeLLM } from "../../../examples/langserve-client.js";
import { startModelServer, type ModelServer } from "../../../examples/server/start.js";
import { drain, rejection } from "../../helpers/delta-llm.js";

const PYTHON = process.env.LANGSERVE_PYTHON!;
const fileOf = (name: string) => new URL(name, import.meta.url).pathname;

describe("LangServe's client in Python", () => {
  let model: ModelServer;
  let server: ServerType;
  let said: Record<string, unknown> & { chat: object; events: object };

  beforeAll(async () => {
    model = await startModelServer({ pauseMs: 10 });
    const quiet = { onError: () => undefined };
    const breaking = RunnableLambda.from(() => Promise.reject(new Error("a secret")));
    const separators = RunnableLambda.from(() => "a\u2028b\u0085c\vd");
    const app = new Hono()
      .route("/", createApp(model.origin))
      .route("/separators", langserve(separators))
      .route("/breaking", langserve(breaking, quiet));
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const command = [fileOf("client.py"), `http://127.0.0.1:${port}`];
    const { stdout } = await promisify(execFile)(PYTHON, command);
    said = JSON.parse(stdout) as typeof said;
  });
  afterAll(async () => {
    server.close();
    await model.close();
  });

  it("gets tokens one by one, and of a model by hand one lump", () => {
    const { invoke, stream, astream, byHand } = said as Record<string, string[]>;
    expect(stream!.length).toBeGreaterThanOrEqual(10);
    expect(stream!.join("")).toBe(invoke);
    expect(astream).toEqual(stream);
    expect(byHand).toEqual([invoke]);
  });

  it("gets a batch, a chain's answer, and line separators of all kinds", () => {
    expect(said.batch).toEqual([said.invoke, expect.any(String)]);
    expect(said.chain).toEqual(expect.any(String));
    expect(said.separators).toBe("a\u2028b\u0085c\vd");
    expect(said.separatorsStreamed).toEqual([said.separators]);
  });

  it("gets a chat model's calls, in pieces and whole, and goes on with the conversation", () => {
    const calls = ["Paris", "New York"].map((city) => ["get_weather", { city }]);
    expect(said.chat).toMatchObject({
      ...{
        streamed: calls,
        streamedType: "AIMessageChunk",
        invoked: calls,
        invokedType: "AIMessage",
      },
      usage: { output_tokens: expect.any(Number) },
      answer: expect.stringContaining("15 °C"),
    });
  });

  it("gets events and the log of a run", () => {
    const names: unknown = expect.arrayContaining([
      "on_chain_start",
      "on_llm_stream",
      "on_llm_end",
    ]);
    expect(said.events).toMatchObject({ names, logged: said.chain });
  });

  it("hears of an error, without its words", () => {
    expect(said.invokeError).toContain("500 Internal Server Error");
    expect(said.streamError).toBe("Internal Server Error");
  });
});

describe("A server of LangServe in Python", () => {
  let python: ChildProcess;
  let origin: string;
  beforeAll(async () => {
    python = spawn(PYTHON, [fileOf("server.py")], { stdio: ["ignore", "pipe", "inherit"] });
    const [port] = (await once(createInterface(python.stdout!), "line")) as [string];
    origin = `http://127.0.0.1:${port}`;
  });
  afterAll(() => python.kill());

  const url = (path: string) => `${origin}/${path}/stream`;
  const ANSWER = "In another moment down went Alice ✓ after it.";

  it("answers token by token on both paths", async () => {
    const llm = new LangServeLLM({ url: url("llm") });
    const tokens = (await drain(() => llm.stream("Hi"))).items;
    expect(tokens.length).toBeGreaterThanOrEqual(10);
    expect(tokens.join("")).toBe(ANSWER);
    expect([...llm.streamSync("Hi")].join("")).toBe(ANSWER);
    expect(await llm.invoke("Hi")).toBe(ANSWER);
  });

  it.each(["chat", "whole-chat"])("has a chat model's calls and counts: %s", async (path) => {
    const chat = new LangServeChat({ url: url(path) });
    const { items, error } = await drain(() => chat.stream("Hi"));
    expect(error).toBeUndefined();
    const streamed = items;
    const joined = streamed.reduce((all, chunk) => all.concat(chunk));
    for (const message of [joined, await chat.invoke("Hi"), chat.invokeSync("Hi")]) {
      expect(message.text).toBe("human: ");
      expect(message.tool_calls).toMatchObject([{ name: "f", args: { city: "Paris" }, id: "1" }]);
      expect(message.usage_metadata as unknown).toMatchObject({
        input_tokens: 3,
        output_tokens: 2,
      });
    }
  });

  it("has an error in the middle of a stream", async () => {
    const llm = new LangServeLLM({ url: url("breaking"), maxRetries: 0 });
    const { items, error } = await drain(() => llm.stream("Hi"));
    expect(items).toEqual(["In"]);
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect(TruncatedStreamError.isInstance(error)).toBe(false);
    expect((error as Error).message).toContain("Internal Server Error");
  });

  it("is refused where it gives objects", async () => {
    const error = await rejection(new LangServeLLM({ url: url("dict") }).invoke("Hi"));
    expect((error as Error).message).toContain("neither a text nor a message");
  });
});
