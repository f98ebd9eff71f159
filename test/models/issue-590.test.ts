import { RunnableLambda } from "@langchain/core/runnables";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpStreamingLLM, sse } from "http-streaming-llm";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";

/** The wire of langserve issue 590: `{ question, stream: true }` in, `data:` lines and `[DONE]` out. */
const TOKENS = ["The ", "sky ", "is ", "蓝", "色", "的", " 👩‍🚀", ", ", "because ", "…"];
const TEXT = TOKENS.join("");
const PAUSE_MS = 40;
/** First and last token are nine pauses apart; arriving at once they would be about 0. */
const SPREAD_MS = 250;

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

let server: ScriptedServer;
let llm: AnswerLLM;

beforeAll(async () => {
  server = await startScriptedServer();
  llm = new AnswerLLM(
    server.url({
      headers: { "content-type": "text/event-stream" },
      steps: [
        ...TOKENS.map((answer) => ({
          delayMs: PAUSE_MS,
          text: `data: ${JSON.stringify({ answer })}\n\n`,
        })),
        { text: "data: [DONE]\n\n" },
      ],
    }),
  );
});
afterAll(() => server.close());

interface Heard {
  tokens: string[];
  at: number[];
}

function listener(): Heard & { hear(token: string): void } {
  const tokens: string[] = [];
  const at: number[] = [];
  return {
    tokens,
    at,
    hear(token) {
      tokens.push(token);
      at.push(performance.now());
    },
  };
}

function expectTokenByToken({ tokens, at }: Heard): void {
  expect(tokens.filter((token) => token !== "")).toEqual(TOKENS);
  expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(SPREAD_MS);
}

describe("HttpStreamingLLM on the wire of langserve issue 590", () => {
  it("streams token by token through stream()", async () => {
    const heard = listener();
    for await (const token of await llm.stream("Why?")) heard.hear(token);
    expectTokenByToken(heard);
  });

  it("streams token by token through _astream", async () => {
    const heard = listener();
    for await (const chunk of llm._astream("Why?")) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through _streamResponseChunks", async () => {
    const heard = listener();
    for await (const chunk of llm._streamResponseChunks("Why?", {})) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through _stream, which blocks", () => {
    const heard = listener();
    for (const chunk of llm._stream("Why?")) heard.hear(chunk.text);
    expectTokenByToken(heard);
  });

  it("streams token by token through streamSync, which blocks", () => {
    const heard = listener();
    for (const token of llm.streamSync("Why?")) heard.hear(token);
    expectTokenByToken(heard);
  });

  it("tells handleLLMNewToken of each token during invoke", async () => {
    const heard = listener();
    const callbacks = [{ handleLLMNewToken: (token: string) => heard.hear(token) }];
    await expect(llm.invoke("Why?", { callbacks })).resolves.toBe(TEXT);
    expectTokenByToken(heard);
  });

  it("emits token events in streamEvents v2", async () => {
    const heard = listener();
    for await (const event of llm.streamEvents("Why?", { version: "v2" })) {
      if (event.event === "on_llm_stream") heard.hear((event.data.chunk as { text: string }).text);
    }
    expectTokenByToken(heard);
  });

  it("emits token events from inside a RunnableLambda", async () => {
    const heard = listener();
    const chain = RunnableLambda.from((question: string, config) => llm.invoke(question, config));
    for await (const event of chain.streamEvents("Why?", { version: "v2" })) {
      if (event.event === "on_llm_stream") heard.hear((event.data.chunk as { text: string }).text);
    }
    expectTokenByToken(heard);
  });

  it("gives the same text on every path that collects", async () => {
    expect(llm.invokeSync("Why?")).toBe(TEXT);
    expect(await llm._call("Why?", {})).toBe(TEXT);
    expect(await llm.batch(["a", "b"])).toEqual([TEXT, TEXT]);
    const { generations } = await llm.generate(["a", "b"]);
    expect(generations.map(([generation]) => generation?.text)).toEqual([TEXT, TEXT]);
    const [sent] = await server.log();
    expect(JSON.parse(sent?.body ?? "")).toEqual({ question: "Why?", stream: true });
  });
});
