import { InMemoryCache } from "@langchain/core/caches";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { ChatGenerationChunk, GenerationChunk } from "@langchain/core/outputs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { events, Recorder, serve } from "../helpers/delta-llm.js";
import { ExitChat, ExitLLM, type ExitModel } from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const UNAVAILABLE = { status: 500 };
const named = (answer: ReturnType<typeof events>, id = "req-7") => ({
  ...answer,
  headers: { ...answer.headers, "x-request-id": id },
});

const STOP = { stop: ["</s>"] };

type Facts = Record<string, unknown>;

/** The facts that each chunk has, on the two paths that give chunks. */
async function chunkFacts(model: ExitModel): Promise<Facts[][]> {
  const chunks = async (): Promise<unknown[]> => {
    const stream: AsyncIterable<unknown> =
      model instanceof ExitLLM ? model._astream("Why?", STOP) : await model.stream("Why?", STOP);
    const all: unknown[] = [];
    for await (const chunk of stream) all.push(chunk);
    return all;
  };
  const sync: Iterable<unknown> =
    model instanceof ExitLLM ? model._stream("Why?", STOP) : model.streamSync("Why?", STOP);
  return [(await chunks()).map(factsIn), [...sync].map(factsIn)];
}

function factsIn(chunk: unknown): Facts {
  const { generationInfo, response_metadata } = chunk as Partial<GenerationChunk & AIMessageChunk>;
  return { ...generationInfo, ...response_metadata };
}

async function answerFacts(model: ExitModel): Promise<Facts> {
  const { generations } =
    model instanceof ExitLLM
      ? await model.generate(["Why?"])
      : await model.generate([[["human", "Why?"]] as never]);
  const [generation] = generations[0] as (GenerationChunk & Partial<ChatGenerationChunk>)[];
  return { ...generation?.generationInfo, ...generation?.message?.response_metadata };
}

const classes = [
  ["HttpStreamingLLM", (url: string, fields = {}): ExitModel => new ExitLLM(url, fields)],
  ["HttpStreamingChatModel", (url: string, fields = {}): ExitModel => new ExitChat(url, fields)],
] as const;

describe.each(classes)("what an answer of %s says of its call", (...[, create]) => {
  it.each([
    ["an end without a reason", events("a", "b", { done: true })],
    ["a reason and token counts", events("a", "b", { finishReason: "stop", usage: {} })],
    ["text that was held back for a stop sequence", events("a", "b", "</", { done: true })],
  ])("is on its last chunk only: %s", async (...[, answer]) => {
    for (const facts of await chunkFacts(create(server.url(named(answer))))) {
      expect(facts.at(-1)).toMatchObject({ attempts: 1, request_id: "req-7" });
      expect(facts.at(-1)?.time_to_first_token).toSatisfy(Number.isInteger);
      for (const name of ["attempts", "request_id", "time_to_first_token"]) {
        expect(facts.filter((some) => name in some)).toHaveLength(1);
      }
    }
  });

  it("counts the requests, and is of the last", async () => {
    const { url } = serve(server, UNAVAILABLE, UNAVAILABLE, named(events("a", { done: true })));
    expect(await answerFacts(create(url))).toMatchObject({ attempts: 3, request_id: "req-7" });
  });

  it("has no time of a first token where there was none, and no id where the server gave none", async () => {
    const facts = await answerFacts(create(server.url(events({ done: true }))));
    expect(facts).toMatchObject({ attempts: 1 });
    expect(facts).not.toHaveProperty("time_to_first_token");
    expect(facts).not.toHaveProperty("request_id");
  });

  it("does not repeat what the request held", async () => {
    const secret = "sk-never-to-be-seen";
    const url = server.url(named(events("a", { done: true }), `id-${secret}`));
    const facts = await answerFacts(
      create(url, { headers: { authorization: `Bearer ${secret}` } }),
    );
    expect(facts.request_id).toBe("id-[redacted]");
  });

  it("is not cached", async () => {
    const cache = new InMemoryCache(new Map());
    const update = vi.spyOn(cache, "update");
    const { url } = serve(server, named(events("a", { metadata: { kept: 1 }, done: true })));
    const model = create(url, { cache });
    expect(await answerFacts(model)).toMatchObject({ attempts: 1, kept: 1 });
    expect(JSON.stringify(update.mock.calls)).toMatch(/kept/);
    expect(JSON.stringify(update.mock.calls)).not.toMatch(/attempts|request_id|first_token/);
    const again = await answerFacts(model);
    expect(again).toMatchObject({ kept: 1 });
    expect(again).not.toHaveProperty("attempts");
    const streamed = create(url, { cache: new InMemoryCache(new Map()) });
    for (let round = 0; round < 2; round++) {
      for await (const _ of (await streamed.stream("Why?")) as AsyncIterable<unknown>);
    }
    expect(await answerFacts(streamed)).not.toHaveProperty("attempts");
  });

  it("is no token: handlers find it at the end of the run", async () => {
    const recorder = new Recorder();
    const model = create(server.url(events("a", { done: true })));
    for await (const _ of (await model.stream("Why?", {
      callbacks: [recorder],
    })) as AsyncIterable<unknown>);
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token a", "end"]);
    expect(JSON.stringify(recorder.runs.ended)).toMatch(/"attempts":1/);
  });
});
