import { RunnableLambda } from "@langchain/core/runnables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpStreamingLLM, sse } from "http-streaming-llm";
import { startPacedServer, type PacedServer } from "../../helpers/paced-server.js";
import { startScriptedServer, type ScriptedServer } from "../../helpers/scripted-server.js";

/** The wire of langserve issue 590: `{ question, stream: true }` in, `data:` lines and `[DONE]` out. */
const TOKENS = ["The ", "sky ", "is ", "蓝", "色", "的", " 👩‍🚀", ", ", "because ", "…"];
const TEXT = TOKENS.join("");
const SSE = { "content-type": "text/event-stream" };
const EVENTS = [...TOKENS.map((answer) => JSON.stringify({ answer })), "[DONE]"].map(
  (data) => `data: ${data}\n\n`,
);

class AnswerLLM extends HttpStreamingLLM<{ answer: string }> {
  _llmType() {
    return "answer";
  }
  endpoint: string;
  override format = sse<{ answer: string }>();
  constructor(endpoint: string) {
    super({});
    this.endpoint = endpoint;
  }
  buildPayload(question: string) {
    return { question, stream: true };
  }
  parseChunk(record: { answer: string }) {
    return record.answer;
  }
}

/** Answers at once. */
let server: ScriptedServer;
/** Sends each token when the one before has been heard: whoever waits for the answer gets none. */
let paced: PacedServer;
let llm: AnswerLLM;

beforeAll(async () => {
  [server, paced] = await Promise.all([startScriptedServer(), startPacedServer(SSE, EVENTS)]);
  llm = new AnswerLLM(paced.url);
});
afterAll(() => Promise.all([server.close(), paced.close()]));

/** What was heard, token by token. */
class Heard {
  readonly tokens: string[] = [];

  hear(token: string): void {
    if (token === "") return;
    this.tokens.push(token);
    paced.took();
  }
}

function expectTokenByToken({ tokens }: Heard): void {
  expect(tokens).toEqual(TOKENS);
}

describe("HttpStreamingLLM on the wire of langserve issue 590", () => {
  it("streams token by token through stream()", async () => {
    const heard = new Heard();
    for await (const token of await llm.stream("Why?")) heard.hear(token);
    expectTokenByToken(heard);
  });

  it("streams token by token through _astream", async () => {
    const heard = new Heard();
    for await (const chunk of llm._astream("Why?")) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through _streamResponseChunks", async () => {
    const heard = new Heard();
    for await (const chunk of llm._streamResponseChunks("Why?", {})) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through _stream, which blocks", () => {
    const heard = new Heard();
    for (const chunk of llm._stream("Why?")) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through streamSync, which blocks", () => {
    const heard = new Heard();
    for (const token of llm.streamSync("Why?")) heard.hear(token);
    expectTokenByToken(heard);
  });

  it("tells handleLLMNewToken of each token during invoke", async () => {
    const heard = new Heard();
    const callbacks = [{ handleLLMNewToken: (token: string) => heard.hear(token) }];
    await expect(llm.invoke("Why?", { callbacks })).resolves.toBe(TEXT);
    expectTokenByToken(heard);
  });

  it("emits token events in streamEvents v2", async () => {
    const heard = new Heard();
    for await (const event of llm.streamEvents("Why?", { version: "v2" })) {
      if (event.event === "on_llm_stream") heard.hear((event.data.chunk as { text: string }).text);
    }
    expectTokenByToken(heard);
  });

  it("emits token events from inside a RunnableLambda", async () => {
    const heard = new Heard();
    const chain = RunnableLambda.from((question: string, config) => llm.invoke(question, config));
    for await (const event of chain.streamEvents("Why?", { version: "v2" })) {
      if (event.event === "on_llm_stream") heard.hear((event.data.chunk as { text: string }).text);
    }
    expectTokenByToken(heard);
  });

  it("gives the same text on every path that collects", async () => {
    const url = server.url({ headers: SSE, steps: EVENTS.map((text) => ({ text })) });
    const prompt = new AnswerLLM(url);
    expect(prompt.invokeSync("Why?")).toBe(TEXT);
    expect(await prompt._call("Why?", {})).toBe(TEXT);
    expect(await prompt.batch(["a", "b"])).toEqual([TEXT, TEXT]);
    const { generations } = await prompt.generate(["a", "b"]);
    expect(generations.map(([generation]) => generation?.text)).toEqual([TEXT, TEXT]);
    const [sent] = await server.log();
    expect(JSON.parse(sent?.body ?? "")).toEqual({ question: "Why?", stream: true });
  });
});
