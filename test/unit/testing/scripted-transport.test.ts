import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  HookError,
  HttpStreamingLLM,
  TruncatedStreamError,
  jsonLines,
  type Transport,
} from "http-streaming-llm";
import { scriptedTransport } from "http-streaming-llm/testing";

interface Line {
  response: string;
  done: boolean;
}

class Model extends HttpStreamingLLM<Line> {
  _llmType() {
    return "scripted";
  }
  endpoint = "http://models.test/generate";
  override format = jsonLines<Line>();
  constructor(transport: Transport, maxRetries = 0) {
    super({ transport, maxRetries });
  }
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk({ response, done }: Line) {
    return { text: response, done };
  }
}

const line = (response: string, done = false) => `${JSON.stringify({ response, done })}\n`;
const WHOLE = { body: [line("Hello"), line(" world"), line("", true)] };

async function tokensOf(model: Model): Promise<string[]> {
  const tokens: string[] = [];
  for await (const token of await model.stream("x")) tokens.push(token);
  return tokens;
}

describe("scriptedTransport", () => {
  it("answers without a socket on both paths, and notes what it was asked", async () => {
    const transport = scriptedTransport(() => WHOLE);
    const model = new Model(transport);
    expect(await tokensOf(model)).toEqual(["Hello", " world"]);
    expect([...model.streamSync("y")]).toEqual(["Hello", " world"]);
    expect(await model.invoke("z")).toBe("Hello world");
    expect(transport.requests.map(({ body }) => body)).toEqual([
      '{"prompt":"x"}',
      '{"prompt":"y"}',
      '{"prompt":"z"}',
    ]);
  });

  it("breaks an answer off, which is an error with what had come", async () => {
    const broken = { body: [line("Hel")], breaksOff: true } as const;
    const model = new Model(scriptedTransport([broken, broken]));
    const error = await tokensOf(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error).toMatchObject({ partial: "Hel" });
    expect(() => [...model.streamSync("x")]).toThrow(TruncatedStreamError);
  });

  it("gives no answer where the script says so, after which the call is tried again", async () => {
    const transport = scriptedTransport([new ConnectionError("nobody listens"), WHOLE]);
    expect(await new Model(transport, 1).invoke("x")).toBe("Hello world");
    expect(transport.requests).toHaveLength(2);
  });

  it("says so when the script is at its end", async () => {
    const model = new Model(scriptedTransport([]));
    const error = await model.invoke("x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook: "transport" });
    expect(() => model.invokeSync("x")).toThrow(HookError);
    const retried = new Model(scriptedTransport([new ConnectionError("nobody listens")]), 1);
    await expect(retried.invoke("x")).rejects.toThrow(/1 answer, .* set maxRetries: 0\./);
  });

  it("has the reader's reason when it is closed", async () => {
    const leave = new AbortController();
    const reading = new Model(
      scriptedTransport(() => {
        leave.abort();
        return WHOLE;
      }),
    ).invoke("x", { signal: leave.signal });
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  });

  it.each<[string, unknown, RegExp]>([
    ["a Promise", () => Promise.resolve(WHOLE), /answer 0 of the script is a Promise/],
    ["a text", ["Hello"], /is a string/],
    ["a misspelt field", [{ bdy: "Hello" }], /has "bdy"\. Give { status/],
    ["a body that is data", [{ body: { response: "Hello" } }], /neither text nor bytes/],
  ])("refuses an answer that would be empty: %s", async (_, script, message) => {
    const model = new Model(scriptedTransport(script as []));
    await expect(model.invoke("x")).rejects.toThrow(message);
    const other = new Model(scriptedTransport(script as []));
    expect(() => other.invokeSync("x")).toThrow(message);
  });

  it("refuses a script that is none", () => {
    expect(() => scriptedTransport(WHOLE as never)).toThrow(/got an object as its script/);
  });

  it("gives the failure of the script as that of the request", async () => {
    const failing = () => {
      throw new ConnectionError("from the script");
    };
    await expect(new Model(scriptedTransport(failing)).invoke("x")).rejects.toThrow(
      "from the script",
    );
  });

  it("refuses a request that a real one would refuse, and writes headers as it does", async () => {
    const headers = { "Content-Type": "text/html" };
    const model = new Model(
      scriptedTransport([
        { ...WHOLE, headers },
        { body: "<p>", headers },
      ]),
    );
    await expect(model.invoke("x", { headers: { "x-a": "1\n2" } })).rejects.toThrow("a line break");
    await expect(model.invoke("x")).rejects.toThrow("answered with text/html");
  });
});
