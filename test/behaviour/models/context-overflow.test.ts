import { ContextOverflowError, LangChainError } from "@langchain/core/errors";
import { describe, expect, it } from "vitest";
import { HttpStatusError, ModelStreamError } from "http-streaming-llm";
import { everyPath } from "../../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../../helpers/scripted-server.js";
import { events, Recorder, rejection, serve } from "../../helpers/delta-llm.js";

const server = useScriptedServer();

/** `instanceof` goes by LangChain's marks since 1.2.6, where `isInstance` always did. */
const knowsByMark =
  ContextOverflowError[Symbol.hasInstance] !== Function.prototype[Symbol.hasInstance];
const WORDS = "prompt is too long: 210000 tokens > 200000 maximum";
const refusal = (message: string): Script => ({
  status: 400,
  headers: { "content-type": "application/json" },
  steps: [{ text: JSON.stringify({ error: { message } }) }],
});

describe.each(everyPath)("a prompt too long for the context: $title", ({ create, call }) => {
  const ask = (script: Script) =>
    rejection(call(create(serve(server, script).url, { maxRetries: 0 })));

  it("is LangChain's ContextOverflowError, when refused by status", async () => {
    const error = await ask(refusal(WORDS));
    expect(HttpStatusError.isInstance(error)).toBe(true);
    expect(ContextOverflowError.isInstance(error)).toBe(true);
    expect(error instanceof ContextOverflowError).toBe(knowsByMark);
    expect(LangChainError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(
      /210000 tokens > 200000 maximum \(The prompt .*shorten/,
    );
  });

  it("is one, when reported inside the stream", async () => {
    const error = await ask(events({ error: { message: "no", code: "context_length_exceeded" } }));
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect(ContextOverflowError.isInstance(error)).toBe(true);
    expect((error as Error).message).toMatch(/shorten it/);
  });

  it("is not what another refusal is", async () => {
    const error = await ask(refusal("temperature must be at most 2"));
    expect(HttpStatusError.isInstance(error)).toBe(true);
    expect(ContextOverflowError.isInstance(error)).toBe(false);
    expect(LangChainError.isInstance(error)).toBe(false);
  });
});

describe("a prompt too long for the context", () => {
  it("is marked before a handler sees it", async () => {
    const recorder = new Recorder();
    const [path] = everyPath;
    const model = path!.create(serve(server, refusal(WORDS)).url, { callbacks: [recorder] });
    await rejection(path!.call(model));
    expect(recorder.runs.failed.map((error) => ContextOverflowError.isInstance(error))).toEqual([
      true,
    ]);
  });
});
