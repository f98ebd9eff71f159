import { PromptTemplate } from "@langchain/core/prompts";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { GenerationChunk, type LLMResult } from "@langchain/core/outputs";
import { RunnableLambda, RunnableSequence } from "@langchain/core/runnables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { text as textFormat, HttpStreamingLLM } from "http-streaming-llm";
import { withoutCallFacts } from "../../helpers/call-facts.js";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";
import { DeltaLLM, drain, events, Recorder, rejection, serve } from "../../helpers/delta-llm.js";

const TOKENS = ["The ", "sky ", "is 蓝", "."];
const TEXT = TOKENS.join("");
const FACTS = {
  id: "answer-1",
  model: "sky-1",
  finishReason: "length",
  usage: { inputTokens: 3, outputTokens: 4 },
  rate: 7,
};
const LLM_OUTPUT = {
  tokenUsage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 },
  finishReason: "length",
  model: "sky-1",
  id: "answer-1",
};
const ANSWER = events(
  { text: TOKENS[0], id: "answer-1", model: "sky-1", usage: { inputTokens: 3 } },
  { text: TOKENS[1], metadata: { rate: 7 } },
  { text: TOKENS[2], done: false },
  { text: TOKENS[3], finishReason: "length" },
  { usage: { outputTokens: 4 } },
);

let server: ScriptedServer;
let llm: DeltaLLM;

beforeAll(async () => {
  server = await startScriptedServer();
  llm = new DeltaLLM(serve(server, ANSWER).url, { maxRetries: 0 });
});
afterAll(() => server.close());

function merged(chunks: readonly GenerationChunk[]): GenerationChunk {
  return chunks.reduce((all, chunk) => all.concat(chunk));
}

function expectAnswer(result: unknown): void {
  const { generations, llmOutput } = result as LLMResult;
  expect(generations[0]![0]).toMatchObject({ text: TEXT, generationInfo: FACTS });
  expect(llmOutput).toEqual(LLM_OUTPUT);
}

describe("HttpStreamingLLM", () => {
  it("gives chunks with all facts through _astream and _streamResponseChunks", async () => {
    for (const open of [() => llm._astream("x"), () => llm._streamResponseChunks("x", {})]) {
      const { items, error } = await drain(open);
      expect(error).toBeUndefined();
      expect(items.map(({ text }) => text).filter(Boolean)).toEqual(TOKENS);
      expect(withoutCallFacts(merged(items).generationInfo)).toEqual(FACTS);
    }
  });

  it("gives the same chunks through _stream", async () => {
    const { items } = await drain(() => llm._astream("x"));
    const shown = (chunks: GenerationChunk[]) =>
      chunks.map((chunk) => withoutCallFacts({ ...chunk }));
    expect(shown([...llm._stream("x")])).toEqual(shown(items));
  });

  it("gives each fact in one chunk only", async () => {
    const { items } = await drain(() => llm._astream("x"));
    for (const fact of Object.keys(FACTS)) {
      expect(
        items.filter(({ generationInfo }) => generationInfo?.[fact] !== undefined),
      ).toHaveLength(1);
    }
  });

  it.each<[string, (recorder: Recorder) => Promise<unknown>]>([
    [
      "stream",
      async (recorder) =>
        (await drain(() => llm.stream("x", { callbacks: [recorder] }))).items.join(""),
    ],
    [
      "streamSync",
      async (recorder) => [...llm.streamSync("x", { callbacks: [recorder] })].join(""),
    ],
    ["invoke", (recorder) => llm.invoke("x", { callbacks: [recorder] })],
    ["invokeSync", async (recorder) => llm.invokeSync("x", { callbacks: [recorder] })],
    ["batch", async (recorder) => (await llm.batch(["x"], { callbacks: [recorder] }))[0]],
    [
      "generate",
      async (recorder) =>
        (await llm.generate(["x"], { callbacks: [recorder] })).generations[0]![0]!.text,
    ],
  ])("tells handlers of text, usage, finish reason, model and id through %s", async (_, call) => {
    const recorder = new Recorder();
    expect(await call(recorder)).toBe(TEXT);
    await recorder.terminal();
    expectAnswer(recorder.runs.ended[0]);
  });

  it("returns them from generate", async () => {
    expectAnswer(await llm.generate(["x"]));
  });

  it("keeps each prompt's own in generate with several prompts, and adds the usage up", async () => {
    const recorder = new Recorder();
    const { generations, llmOutput } = await llm.generate(["a", "b", "c"], {
      callbacks: [recorder],
    });
    expect(generations).toHaveLength(3);
    for (const [generation] of generations) {
      expect(generation).toMatchObject({ text: TEXT, generationInfo: FACTS });
    }
    expect(llmOutput).toEqual({
      tokenUsage: { promptTokens: 9, completionTokens: 12, totalTokens: 21 },
    });
    expect(recorder.runs.ended).toHaveLength(3);
    recorder.runs.ended.forEach(expectAnswer);
  });

  it("keeps the answers to several prompts in their order", async () => {
    const slow = serve(server, events(60, "slow"));
    const fast = serve(server, events("fast"));
    class ByPrompt extends DeltaLLM {
      override resolveEndpoint() {
        return this.asked.shift() ?? "";
      }
      asked = [slow.url, fast.url];
    }
    const { generations } = await new ByPrompt("http://unused.test").generate(["a", "b"]);
    expect(generations.map(([generation]) => generation!.text)).toEqual(["slow", "fast"]);
  });

  it("ends the other prompts of generate when one fails", async () => {
    const failing = serve(server, { status: 400 });
    const stalling = serve(server, { ...events("a"), end: "stall" });
    class ByPrompt extends DeltaLLM {
      override resolveEndpoint() {
        return this.asked.shift() ?? "";
      }
      asked = [stalling.url, failing.url];
    }
    const recorder = new Recorder();
    const model = new ByPrompt("http://unused.test", { maxRetries: 0 });
    const error = await rejection(model.generate(["a", "b"], { callbacks: [recorder] }));
    expect(error).toMatchObject({ status: 400 });
    expect(recorder.heard.filter((event) => event !== "token a")).toEqual([
      "start",
      "start",
      "error",
      "error",
    ]);
    await server.seen((request) => request.closedByPeerMs !== undefined, stalling.id);
  });

  it("gives tokens, and the end with all facts, through streamEvents v2", async () => {
    const { items } = await drain(() => llm.streamEvents("x", { version: "v2" }));
    const tokens = items
      .filter(({ event }) => event === "on_llm_stream")
      .map(({ data }) => (data.chunk as { text: string }).text);
    expect(tokens.filter(Boolean)).toEqual(TOKENS);
    const end = items.find(({ event }) => event === "on_llm_end");
    expectAnswer(end?.data.output);
  });

  it("gives them through streamEvents v2 from within a chain that invokes it", async () => {
    const chain = RunnableLambda.from((x: string, config) => llm.invoke(x, config));
    const { items } = await drain(() => chain.streamEvents("x", { version: "v2" }));
    const tokens = items
      .filter(({ event }) => event === "on_llm_stream")
      .map(({ data }) => (data.chunk as { text: string }).text);
    expect(tokens.filter(Boolean)).toEqual(TOKENS);
    // LangChain collects the chunks itself here, and leaves llmOutput empty: the facts are in the info.
    const end = items.find(({ event }) => event === "on_llm_end");
    const [[generation]] = (end?.data.output as LLMResult).generations as [[GenerationChunk]];
    expect(generation).toMatchObject({ text: TEXT, generationInfo: FACTS });
  });

  it("gives tokens through streamLog", async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- chains still call it
    const { items } = await drain(() => llm.streamLog("x", {}));
    const ops = items.flatMap((patch) => patch.ops);
    const streamed = ops
      .filter((op) => op.path === "/streamed_output/-")
      .map((op) => (op as { value: string }).value);
    expect(streamed).toEqual(TOKENS);
  });

  it("streams as a step of a sequence", async () => {
    const chain = RunnableSequence.from([
      PromptTemplate.fromTemplate("Why {what}?"),
      llm,
      new StringOutputParser(),
    ]);
    const { items, error } = await drain(() => chain.stream({ what: "blue" }));
    expect(error).toBeUndefined();
    expect(items.filter(Boolean)).toEqual(TOKENS);
    expect(await chain.invoke({ what: "blue" })).toBe(TEXT);
    const { url, id } = serve(server, ANSWER);
    await PromptTemplate.fromTemplate("Why {what}?")
      .pipe(new DeltaLLM(url))
      .invoke({ what: "blue" });
    expect(JSON.parse((await server.log(id))[0]!.body)).toEqual({ prompt: "Why blue?" });
  });

  it("takes a prompt as text, as messages, and as a prompt value", async () => {
    const { url, id } = serve(server, ANSWER);
    const model = new DeltaLLM(url);
    const value = await PromptTemplate.fromTemplate("{x}").invoke({ x: "hi" });
    await model.invoke(value);
    model.invokeSync([["human", "hi"]]);
    await model.invoke([["human", "hi"]]);
    const prompts = (await server.log(id)).map(
      ({ body }) => (JSON.parse(body) as { prompt: string }).prompt,
    );
    expect(prompts).toEqual(["hi", "Human: hi", "Human: hi"]);
  });

  it("gives an announced empty answer as one empty chunk on every path", async () => {
    const empty = new DeltaLLM(serve(server, events({ done: true })).url);
    expect((await drain(() => empty._astream("x"))).items.map(({ text }) => text)).toEqual([""]);
    expect([...empty._stream("x")].map(({ text }) => text)).toEqual([""]);
    expect(await empty.invoke("x")).toBe("");
    expect(empty.invokeSync("x")).toBe("");
    expect((await drain(() => empty.stream("x"))).error).toBeUndefined();
    // LangChain collects the chunks itself where a handler streams, and wants at least one.
    const chain = RunnableLambda.from((x: string, config) => empty.invoke(x, config));
    expect((await drain(() => chain.streamEvents("x", { version: "v2" }))).error).toBeUndefined();
  });

  it("takes GenerationChunks from parseChunk, with their info", async () => {
    class ChunkLLM extends HttpStreamingLLM<string> {
      _llmType() {
        return "chunks";
      }
      endpoint = serve(server, {
        headers: { "content-type": "text/plain" },
        steps: [{ text: "hi" }],
      }).url;
      override format = textFormat();
      buildPayload(prompt: string) {
        return prompt;
      }
      parseChunk(piece: string) {
        return new GenerationChunk({ text: piece, generationInfo: { source: "chunk" } });
      }
    }
    const { generations } = await new ChunkLLM().generate(["x"]);
    expect(generations[0]![0]).toMatchObject({ text: "hi", generationInfo: { source: "chunk" } });
  });

  it("joins reasoning into the info, apart from the text", async () => {
    const thinking = new DeltaLLM(
      serve(server, events({ reasoning: "It " }, { reasoning: "is" }, { text: "blue" })).url,
    );
    const { generations } = await thinking.generate(["x"]);
    expect(generations[0]![0]).toMatchObject({
      text: "blue",
      generationInfo: { reasoning: "It is" },
    });
    expect((await drain(() => thinking.stream("x"))).items).toEqual(["blue"]);
  });

  it("refuses tool calls, which a text model cannot deliver, and names itself", async () => {
    const { url, id } = serve(
      server,
      events("a", { toolCalls: [{ name: "f", args: "{}" }] }, 5, "b"),
    );
    const model = new DeltaLLM(url, { maxRetries: 0 });
    const { items, error } = await drain(() => model.stream("x"));
    expect(items).toEqual(["a"]);
    expect(error).toMatchObject({
      code: "HOOK",
      hook: "parseChunk",
      message: /^DeltaLLM: .*toolCalls.*HttpStreamingChatModel/,
    });
    expect(await server.log(id)).toHaveLength(1);
  });
});
