import { describe, expect, it } from "vitest";
import type { HttpStreamingError } from "../../../../src/errors.js";
import {
  ConnectionError,
  ModelStreamError,
  TimeoutError,
  TruncatedStreamError,
} from "../../../../src/errors.js";
import { sse } from "../../../../src/formats/sse.js";
import {
  DifferentContinuation,
  RepeatedPart,
  type Continuation,
  type ContinuationContext,
  type PartialAnswer,
} from "../../../../src/streaming/answer/continuation.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";
import type { ChunkContext } from "../../../../src/streaming/hooks/hook-types.js";
import {
  answer,
  ENDPOINT,
  refusal,
  runScripted,
  type CallParts,
  type ScriptedExchange,
} from "../../../helpers/run-scripted.js";

const cut = (): TruncatedStreamError => new TruncatedStreamError("the connection broke off.");

/** An answer that breaks off behind these records. */
const broken = (...records: unknown[]): ScriptedExchange => ({
  ...answer(...records),
  body: [...answer(...records).body!, cut()],
});

/** Server-sent events, each of its lines; an Error breaks the body off. */
const eventStream = (...body: (string | Error)[]): ScriptedExchange => ({
  headers: { "content-type": "text/event-stream" },
  body,
});

const END: StreamDelta = { done: true };

/** Answers the hook's question with a fixed continuation. */
const going = (continuation: Continuation = {}): Pick<CallParts, "continueFrom"> => ({
  continueFrom: () => continuation,
});

const partialOf = (text: string, reasoning = ""): PartialAnswer => ({
  text,
  reasoning,
  usage: undefined,
  id: undefined,
  lastEventId: "",
});

describe("RepeatedPart", () => {
  /** What is new in each of the pieces. */
  const news = (repeats: Continuation["repeats"], text: string, pieces: string[]): string[] => {
    const repeated = new RepeatedPart(repeats, partialOf(text));
    return pieces.map((piece) => repeated.newText(piece));
  };

  it("drops nothing where nothing is repeated", () => {
    expect(news("none", "ha ha ", ["ha ha ", "ha!"])).toEqual(["ha ha ", "ha!"]);
    expect(news(undefined, "ha ha ", ["ha"])).toEqual(["ha"]);
    expect(news(null as unknown as undefined, "ha ha ", ["ha"])).toEqual(["ha"]);
  });

  it("drops all of the text, however it is cut", () => {
    expect(news("all", "ha ha ", ["ha ha ha!"])).toEqual(["ha!"]);
    expect(news("all", "ha ha ", [..."ha ha ha!"])).toEqual([
      "",
      "",
      "",
      "",
      "",
      "",
      "h",
      "a",
      "!",
    ]);
    expect(news("all", "1000", ["1", "0000"])).toEqual(["", "0"]);
    expect(news("all", "兎🐇", ["兎\ud83d", "\udc07の"])).toEqual(["", "の"]);
  });

  it("drops the text from an index on", () => {
    expect(news({ from: 3 }, "ha ha ", ["ha ", "ha!"])).toEqual(["", "ha!"]);
    expect(news({ from: 0 }, "ha ha ", ["ha ha ", "ha!"])).toEqual(["", "ha!"]);
    expect(news({ from: 6 }, "ha ha ", ["ha!"])).toEqual(["ha!"]);
  });

  it.each([-1, 7, 1.5, NaN, "3", undefined])(
    "takes no index that is none of the text: %s",
    (from) => {
      const repeats = { from } as Continuation["repeats"];
      expect(() => new RepeatedPart(repeats, partialOf("ha ha "))).toThrow(/from 0 to 6/);
    },
  );

  it("refuses what is not the same, at the piece in which it differs", () => {
    const repeated = new RepeatedPart("all", partialOf("ha ha "));
    expect(repeated.newText("ha")).toBe("");
    expect(() => repeated.newText(" ho")).toThrow(DifferentContinuation);
  });

  it("is over when all of it has come", () => {
    const repeated = new RepeatedPart("all", partialOf("ab"));
    expect([repeated.isTextOver, repeated.isOver]).toEqual([false, false]);
    repeated.newText("a");
    expect(repeated.isTextOver).toBe(false);
    repeated.newText("bc");
    expect([repeated.isTextOver, repeated.isOver]).toEqual([true, true]);
  });

  it("knows that thoughts come again with all of an answer, and with no part of it", () => {
    const all = new RepeatedPart("all", partialOf("a", "so"));
    expect([all.newReasoning("s"), all.newReasoning("o!")]).toEqual(["", "!"]);
    expect(all.isOver).toBe(false);
    const part = new RepeatedPart({ from: 0 }, partialOf("a", "so"));
    expect(part.newReasoning("so")).toBe("so");
  });

  it("is broken where text is left, or thoughts that had begun to come again", () => {
    const repeated = new RepeatedPart("all", partialOf("ab", "so"));
    expect(repeated.isBroken).toBe(true);
    repeated.newText("abc");
    expect(repeated.isBroken).toBe(false);
    repeated.newReasoning("s");
    expect(repeated.isBroken).toBe(true);
    repeated.newReasoning("o");
    expect(repeated.isBroken).toBe(false);
  });
});

describe("an answer that broke off", () => {
  it("ends with the break where the model does not say how to go on", async () => {
    for (const said of [null, undefined]) {
      const parts = { continueFrom: () => said };
      const { text, error, requests } = await runScripted(parts, [broken("a"), answer("b")]);
      expect([text, requests.length]).toEqual(["a", 1]);
      expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: "a" });
    }
  });

  it("goes on with what the next response says", async () => {
    const { text, error, requests, effects } = await runScripted(going(), [
      broken("ha ", "ha "),
      answer("ha ", "ha!", END),
    ]);
    expect([text, error]).toEqual(["ha ha ha ha!", undefined]);
    expect(requests[1]).toEqual(requests[0]);
    const second = ["open", "emit", "emit", "release"];
    expect(effects).toEqual(["open", "emit", "emit", "abandon", "sleep", ...second]);
  });

  it("does so as often as maxRetries says, and then ends with the last break", async () => {
    const endless = Array<ScriptedExchange>(9).fill(broken("a"));
    for (const maxRetries of [0, 1, 4]) {
      const { text, error, requests } = await runScripted(
        { ...going(), settings: { maxRetries } },
        endless,
      );
      expect([text.length, requests.length]).toEqual([maxRetries + 1, maxRetries + 1]);
      expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: text });
    }
  });

  it("goes on after whatever may pass, refused continuations among it", async () => {
    const failures: ScriptedExchange[] = [
      broken("b"),
      broken(),
      refusal(503),
      refusal(429),
      { failure: new ConnectionError("refused.") },
      { ...answer("b"), body: ['"b"\n', new TimeoutError("idle", 10)] },
      { ...answer("b"), body: ['"b"\n', new TimeoutError("token", 10)] },
      answer({ error: { message: "full", retryable: true } }),
    ];
    for (const failure of failures) {
      const asked: string[] = [];
      const continueFrom = ({ text }: PartialAnswer): Continuation => {
        asked.push(text);
        return {};
      };
      const { text, error } = await runScripted({ continueFrom }, [
        broken("a"),
        failure,
        answer("c", END),
      ]);
      expect(error).toBeUndefined();
      expect(text).toBe(`${asked.at(-1)}c`);
      expect(asked).toEqual(["a", text.slice(0, -1)]);
    }
  });

  it("does not after what another attempt cannot mend", async () => {
    for (const failure of [
      { ...answer("a"), body: ['"a"\nnonsense\n'] },
      answer("a", { error: { message: "no", code: "insufficient_quota", retryable: true } }),
      answer("a", { error: "the model is too small" }),
      { ...answer("a"), body: ['"a"\n', new TimeoutError("total", 10)] },
    ]) {
      const { text, requests } = await runScripted(going(), [failure, answer("b")]);
      expect([text, requests.length]).toEqual(["a", 1]);
    }
    const { text, error } = await runScripted(going(), [broken("a"), refusal(404), answer("b")]);
    expect(text).toBe("a");
    expect(error).toMatchObject({ status: 404, partial: "a" });
  });

  it("does where shouldRetry says so, and not where it denies it", async () => {
    const failed = answer("a", { error: "the model is too small" });
    const yes = await runScripted({ ...going(), shouldRetry: () => true }, [failed, answer("b")]);
    expect([yes.text, yes.error]).toEqual(["ab", undefined]);
    const no = await runScripted({ ...going(), shouldRetry: () => false }, [
      broken("a"),
      answer("b"),
    ]);
    expect([no.text, no.requests.length]).toEqual(["a", 1]);
  });

  it("is begun anew, and not gone on with, while nothing of it has been given", async () => {
    const asked: unknown[] = [];
    const continueFrom = (partial: PartialAnswer): Continuation => {
      asked.push(partial);
      return {};
    };
    const { text } = await runScripted({ continueFrom, stop: ["abc"] }, [
      broken("ab"),
      answer("xy", END),
    ]);
    expect([text, asked]).toEqual(["xy", []]);
  });

  it("tells the hook what had come, and why it broke off", async () => {
    const told: [PartialAnswer, ContinuationContext][] = [];
    const continueFrom = (partial: PartialAnswer, context: ContinuationContext): Continuation => {
      told.push([partial, { ...context, state: { ...context.state } }]);
      return { cursor: true };
    };
    const parseChunk = (record: unknown, { state }: ChunkContext): unknown => {
      state.seen = ((state.seen as number | undefined) ?? 0) + 1;
      return record;
    };
    const error = cut();
    const { text } = await runScripted({ continueFrom, parseChunk, stop: ["end"], format: sse() }, [
      eventStream(
        'id: 1\ndata: {"reasoning":"so ","id":"m-1"}\n\n',
        'id: 2\ndata: {"text":"now","usage":{"inputTokens":3,"outputTokens":2}}\n\n',
        'id: 3\ndata: {"text":" e"}\n\nid: 4\ndata: {"te',
        error,
      ),
      eventStream(cut()),
      eventStream('id: 4\ndata: {"text":"t"}\n\ndata: [DONE]\n\n'),
    ]);
    expect(text).toBe("now et");
    const partial = {
      text: "now e",
      reasoning: "so ",
      usage: { inputTokens: 3, outputTokens: 2 },
      id: "m-1",
      lastEventId: "3",
    };
    expect(told[0]).toEqual([partial, { attempt: 1, error, state: { seen: 3 } }]);
    expect(told[1]?.[0]).toEqual(partial);
    expect(told[1]?.[1]).toMatchObject({ attempt: 2, state: { seen: 3 } });
  });

  it("keeps the last event id where the next response gives none, until one takes it back", async () => {
    const ids: string[] = [];
    const continueFrom = ({ lastEventId }: PartialAnswer): Continuation => {
      ids.push(lastEventId);
      return { cursor: true };
    };
    await runScripted({ continueFrom, format: sse(), settings: { maxRetries: 4 } }, [
      eventStream("id: 7\ndata: 1\n\n", cut()),
      eventStream("data: 2\n\n", cut()),
      eventStream("event: token\ndata: 3\n\n", cut()),
      eventStream("id: 8\ndata: 4\n\nid:\nevent: token\ndata: 5\n\n", cut()),
      eventStream("data: [DONE]\n\n"),
    ]);
    expect(ids).toEqual(["7", "7", "7", ""]);
  });

  it("reads other formats without event ids", async () => {
    const ids: string[] = [];
    const continueFrom = ({ lastEventId }: PartialAnswer): Continuation => {
      ids.push(lastEventId);
      return {};
    };
    await runScripted({ continueFrom }, [broken("a"), answer("b", END)]);
    expect(ids).toEqual([""]);
  });

  it("waits for a hook that takes its time", async () => {
    const continueFrom = () => Promise.resolve({ payload: "later" });
    const { text, requests } = await runScripted({ continueFrom }, [broken("a"), answer("b", END)]);
    expect([text, requests[1]!.body]).toEqual(["ab", "later"]);
  });

  it("ends with the hook's own fault", async () => {
    const throwing = (): never => {
      throw new TypeError("x is undefined");
    };
    const { text, error } = await runScripted({ continueFrom: throwing }, [
      broken("a"),
      answer("b"),
    ]);
    expect(text).toBe("a");
    expect(error).toMatchObject({ code: "HOOK", hook: "continueFrom", partial: "a" });
    expect((error as Error).message).toMatch(/x is undefined/);
  });

  it.each<[string, unknown, RegExp]>([
    ["a text", "more", /returned a string.*\{ payload/],
    ["a list", [], /returned an array/],
    ["a misspelt key", { repeat: "all" }, /"repeat".*perhaps repeats was meant/],
    ["a cursor's value", { cursor: "42" }, /wrong cursor: it has to be true or false/],
    ["another method", { method: "get" }, /wrong method: it has to be "GET"/],
    ["a number for a URL", { url: 7 }, /wrong url: it has to be a string or URL/],
    ["a relative URL", { url: "/rest" }, /not an absolute URL/],
    ["headers in a text", { headers: "a: b" }, /wrong headers/],
    ["a header that is no text", { headers: { a: 1 } }, /header "a" is a number/],
    ["an index outside of the text", { repeats: { from: 2 } }, /from 0 to 1/],
    ["another word for repeats", { repeats: "some" }, /"none", "all" or/],
  ])("ends with a HookError for %s", async (_, returned, message) => {
    const parts = { continueFrom: () => returned as Continuation };
    const { text, error, requests } = await runScripted(parts, [broken("a"), answer("b")]);
    expect([text, requests.length]).toEqual(["a", 1]);
    expect(error).toMatchObject({ code: "HOOK", hook: "continueFrom" });
    expect((error as Error).message).toMatch(message);
  });
});

describe("what is asked for the rest", () => {
  const asked = async (continuation: Continuation, parts: CallParts = {}) => {
    const { requests } = await runScripted({ ...parts, ...going(continuation) }, [
      broken("a"),
      answer("b", END),
    ]);
    return requests as [(typeof requests)[0], (typeof requests)[0]];
  };

  it("is what was asked first, unless the hook says otherwise", async () => {
    const [first, rest] = await asked({ payload: { prompt: "hi", prefix: "a" } });
    expect(rest).toEqual({ ...first, body: '{"prompt":"hi","prefix":"a"}' });
    const [, elsewhere] = await asked({ url: new URL("/rest?x=1", ENDPOINT), method: "PUT" });
    expect(elsewhere).toEqual({ ...first, method: "PUT", url: "http://models.test/rest?x=1" });
  });

  it("has no body, and is a GET, where the payload is null", async () => {
    const [first, rest] = await asked({ url: `${ENDPOINT}/1`, payload: null });
    const { "content-type": _, ...headers } = first.headers;
    expect(rest).toEqual({ method: "GET", url: `${ENDPOINT}/1`, headers, body: undefined });
  });

  it("has the content-type of its own payload", async () => {
    const [, form] = await asked({ payload: new URLSearchParams({ a: "b" }) });
    expect(form.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    const [, bytes] = await asked({ payload: new Uint8Array(2) });
    expect(bytes.headers["content-type"]).not.toBe("application/json");
  });

  it("has the headers of the model, asked for anew, under those of the hook", async () => {
    const contexts: unknown[] = [];
    const headers: CallParts["headers"] = ({ attempt, error }) => {
      contexts.push([attempt, error?.code]);
      return [{ authorization: `Bearer ${attempt}`, "x-a": "1", "x-b": "1" }];
    };
    const own = { "Last-Event-ID": "7", "x-a": "2", "x-b": null };
    const [, rest] = await asked({ headers: own }, { headers, hasHeadersHook: true });
    expect(rest.headers).toMatchObject({
      authorization: "Bearer 1",
      "last-event-id": "7",
      "x-a": "2",
    });
    expect(rest.headers).not.toHaveProperty("x-b");
    expect(contexts).toEqual([
      [0, undefined],
      [1, "TRUNCATED_STREAM"],
    ]);
  });

  it("has nothing of the model's credentials for another origin", async () => {
    const secret: CallParts = {
      endpoint: () => "http://user:pass@models.test/generate",
      headers: () => [{ "x-key": "sk-secret" }],
    };
    const [first, rest] = await asked(
      { url: "http://u:p@elsewhere.test/", headers: { b: "c" } },
      secret,
    );
    const { accept, "user-agent": userAgent } = first.headers;
    expect(rest.headers).toEqual({
      accept,
      "user-agent": userAgent,
      "content-type": "application/json",
      authorization: `Basic ${Buffer.from("u:p").toString("base64")}`,
      b: "c",
    });
    expect(rest.url).toBe("http://elsewhere.test/");
    const [, bare] = await asked({ url: "http://elsewhere.test/" }, secret);
    expect(bare.headers).not.toHaveProperty("authorization");
    expect(bare.headers).not.toHaveProperty("x-key");
    const [, home] = await asked({ url: "http://models.test/rest" }, secret);
    expect(home.headers).toMatchObject({
      authorization: first.headers["authorization"],
      "x-key": "sk-secret",
    });
  });

  it("is named in the error where it fails", async () => {
    const { error } = await runScripted(
      going({ url: "http://models.test/rest?key=sk-secret", payload: null }),
      [broken("a"), refusal(404)],
    );
    expect((error as Error).message).toContain("TestLLM: GET http://models.test/rest: ");
    expect((error as Error).message).toContain("Tried 2 times.");
    expect((error as Error).message).not.toContain("sk-secret");
  });
});

describe("the seam of an answer that goes on", () => {
  const said = async (
    repeats: Continuation["repeats"],
    first: unknown[],
    ...rest: ScriptedExchange[]
  ) => runScripted(going({ repeats }), [broken(...first), ...rest]);

  it("drops what was declared to be repeated, and gives no empty piece for it", async () => {
    const { text, deltas } = await said("all", ["ha ", "ha "], answer("ha ha ", "ha", "!", END));
    expect(text).toBe("ha ha ha!");
    expect(deltas.map((delta) => delta.text)).toEqual(["ha ", "ha ", "ha", "!"]);
    const part = await said({ from: 1 }, ["100"], answer("00", "00", END));
    expect(part.text).toBe("10000");
  });

  it("drops log probabilities with their text", async () => {
    const token = (text: string): StreamDelta => ({
      text,
      logprobs: { content: [{ token: text }] },
    });
    const { deltas } = await said("all", [token("a")], answer(token("a"), token("b"), END));
    expect(deltas.flatMap(({ logprobs }) => logprobs ?? [])).toEqual([
      { content: [{ token: "a" }] },
      { content: [{ token: "b" }] },
    ]);
  });

  it("drops thoughts that come again with all of the answer", async () => {
    const { text, deltas } = await said(
      "all",
      [{ reasoning: "so " }, { reasoning: "then" }, "a"],
      answer({ reasoning: "so then" }, "a", "b", END),
    );
    expect(text).toBe("ab");
    expect(deltas.map(({ reasoning = "" }) => reasoning).join("")).toBe("so then");
  });

  it("ends with the first error where something else is said, and nothing of that is given", async () => {
    for (const other of ["ho ho", "h", "hah"]) {
      const { text, error, requests } = await said(
        "all",
        ["ha ", "ha "],
        answer(other, END),
        answer("x"),
      );
      expect([text, requests.length]).toEqual(["ha ha ", 2]);
      expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: "ha ha " });
      expect((error as Error).message).toMatch(/the connection broke off\. Tried 2 times\.$/);
    }
  });

  it("ends with the first error of several", async () => {
    const first = cut();
    const { error } = await runScripted(going({ repeats: "all" }), [
      { ...answer("a"), body: ['"a"\n', first] },
      refusal(503),
      answer("b", END),
    ]);
    expect(error).toBe(first);
  });

  it("ends with the first error where something else is thought", async () => {
    const { text, error } = await said(
      "all",
      [{ reasoning: "so" }, "a"],
      answer({ reasoning: "no" }, "a", END),
    );
    expect(text).toBe("a");
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
  });

  it("is compared again where the repetition itself breaks off", async () => {
    const again = broken("ha");
    expect((await said("all", ["ha ", "ha "], again, answer("ha ha ha!", END))).text).toBe(
      "ha ha ha!",
    );
    const clean = answer({ text: "ha", done: false });
    expect((await said("all", ["ha ", "ha "], clean, answer("ha ha ha!", END))).text).toBe(
      "ha ha ha!",
    );
  });

  it("is crossed by stop sequences", async () => {
    const parts = { ...going(), stop: ["END"] };
    for (const [first, rest, whole] of [
      [["a E"], ["ND b"], "a "],
      [["a E", "N"], ["D b"], "a "],
      [["a EN"], ["x EN", "D"], "a ENx "],
    ] as const) {
      const { text, error } = await runScripted(parts, [broken(...first), answer(...rest)]);
      expect([text, error]).toEqual([whole, undefined]);
    }
  });

  it("is crossed by stop sequences where the body ended cleanly, too soon", async () => {
    const early = answer({ text: "a E", done: false });
    const { text, error } = await runScripted({ ...going(), stop: ["END"] }, [
      early,
      answer("ND b"),
    ]);
    expect([text, error]).toEqual(["a ", undefined]);
  });

  it("is crossed by stop sequences where the text comes again", async () => {
    const parts = { ...going({ repeats: "all" }), stop: ["END"] };
    const { text } = await runScripted(parts, [broken("a E"), answer("a END b")]);
    expect(text).toBe("a ");
  });

  it("gives what is held back when the answer ends there", async () => {
    const parts = { ...going(), stop: ["END"] };
    const { text, error } = await runScripted(parts, [broken("a E"), refusal(404)]);
    expect([text, (error as HttpStreamingError).partial]).toEqual(["a E", "a E"]);
  });

  it("sums the token counts of both requests", async () => {
    const usage = (inputTokens: number, outputTokens: number, reasoningTokens?: number) => ({
      usage: { inputTokens, outputTokens, details: { reasoningTokens } },
    });
    const exchanges = [
      broken("a", usage(5, 1, 1), usage(5, 2, 1)),
      broken(usage(7, 0)),
      answer("b", usage(7, 1, 2), END),
    ];
    const counts = ({ deltas }: { deltas: StreamDelta[] }) =>
      deltas.flatMap(({ usage: u }) => u ?? []);
    expect(counts(await runScripted(going(), exchanges))).toEqual([
      { inputTokens: 19, outputTokens: 3, details: { reasoningTokens: 3 } },
    ]);
    expect(counts(await runScripted(going({ cursor: true }), exchanges))).toEqual([
      { inputTokens: 7, outputTokens: 1, details: { reasoningTokens: 2 } },
    ]);
  });

  it("gives each fact once: one id, one model, one end", async () => {
    const facts = (id: string): StreamDelta => ({ id, model: "m", metadata: { fingerprint: "f" } });
    const { deltas } = await runScripted(going(), [
      broken({ ...facts("1"), text: "a" }),
      answer({ ...facts("2"), text: "b" }, { finishReason: "stop" }),
    ]);
    expect(deltas).toMatchObject([
      { text: "a", id: "1", model: "m", metadata: { fingerprint: "f" } },
      { text: "b" },
      { text: "", finishReason: "stop" },
    ]);
    expect(deltas[1]).not.toHaveProperty("id");
    expect(deltas[1]).not.toHaveProperty("model");
    expect(deltas[1]).not.toHaveProperty("metadata");
  });

  it("tells a cursor's server from one that begins with new text, in a tool call", async () => {
    const piece = (args: string): StreamDelta => ({
      toolCalls: [{ index: 0, id: "c", name: "f", args }],
    });
    const exchanges = [broken(piece('{"a":')), answer(piece("1}"), { finishReason: "tool_calls" })];
    const byText = await runScripted(going(), exchanges);
    expect([byText.requests.length, byText.error]).toMatchObject([1, { code: "TRUNCATED_STREAM" }]);
    const byCursor = await runScripted(going({ cursor: true }), exchanges);
    expect(byCursor.error).toBeUndefined();
    expect(byCursor.deltas.flatMap(({ toolCalls = [] }) => toolCalls)).toEqual([
      { index: 0, id: "c", name: "f", args: '{"a":' },
      { index: 0, args: "1}" },
    ]);
  });

  it.each<[string, StreamDelta, CallParts]>([
    ["a refusal", { refusal: "I can" }, {}],
    ["a block", { blocks: [{ type: "image", url: "x" }] }, {}],
    ["an answer in the shape of a schema", { text: '{"a":' }, { isShaped: true }],
    ["what follows the announced end", { text: "a", finishReason: "stop" }, {}],
  ])("is not made in %s, unless by cursor", async (_, delta, parts) => {
    const exchanges = [broken(delta), answer(END)];
    const byText = await runScripted({ ...parts, ...going() }, exchanges);
    expect([byText.requests.length, byText.error]).toMatchObject([1, { code: "TRUNCATED_STREAM" }]);
    const byCursor = await runScripted({ ...parts, ...going({ cursor: true }) }, exchanges);
    expect([byCursor.requests.length, byCursor.error]).toEqual([2, undefined]);
  });

  it("is not made behind half a record that counts as a whole one, unless by text", async () => {
    const half = eventStream("id: 1\ndata: 10\n\nid: 2\ndata: 10");
    const parts = { format: sse(), settings: { endOfStream: "required" } } as const;
    const exchanges = [half, eventStream("id: 2\ndata: 100\n\ndata: [DONE]\n\n")];
    const byCursor = await runScripted({ ...parts, ...going({ cursor: true }) }, exchanges);
    expect([byCursor.text, byCursor.requests.length]).toEqual(["1010", 1]);
    expect(byCursor.error).toMatchObject({ code: "TRUNCATED_STREAM" });
    const byText = await runScripted({ ...parts, ...going({ repeats: { from: 2 } }) }, exchanges);
    expect([byText.text, byText.error]).toEqual(["10100", undefined]);
  });

  it("waits for the continuation's first token as for any, and then for content", async () => {
    const timeouts = { firstChunk: 1000, token: 2000 };
    const { deadlines } = await runScripted(
      { ...going({ repeats: "all" }), settings: { timeouts } },
      [broken("a"), answer({ id: "1" }, "a", "b", END)],
    );
    const phases = deadlines.flatMap(({ effect, deadline }) =>
      effect === "read" ? [deadline.phase] : [],
    );
    const first = ["firstChunk", "token"];
    expect(phases).toEqual([...first, "firstChunk", ...first, "token", "idle"]);
  });

  it("does not show up where the model has no such hook", async () => {
    const { text, requests, error } = await runScripted({}, [broken("a"), answer("b")]);
    expect([text, requests.length]).toEqual(["a", 1]);
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error).not.toBeInstanceOf(ModelStreamError);
  });
});
