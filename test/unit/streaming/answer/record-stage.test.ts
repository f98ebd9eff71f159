import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkParseError, HookError, HttpStreamingError } from "../../../../src/errors.js";
import { jsonArray } from "../../../../src/formats/json-array.js";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import type { StreamFormat } from "../../../../src/formats/format.js";
import { sse } from "../../../../src/formats/sse.js";
import { text } from "../../../../src/formats/text.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";
import { recordStage, type StageParts } from "../../../helpers/record-stage.js";
import { budget } from "../../../helpers/properties.js";

interface Parts extends Omit<StageParts<unknown>, "decoder"> {
  format?: StreamFormat<unknown>;
}

function pipeline({ format = jsonLines(), ...parts }: Parts = {}) {
  const decoder = format.createDecoder({ maxRecordBytes: 1_000_000 });
  return recordStage<unknown>({ decoder, ...parts });
}

/** What a driver does with a pipeline: pushes until it fails or wants no more, then ends it. */
function run(buffers: readonly Uint8Array[], parts: Parts = {}) {
  const line = pipeline(parts);
  const deltas: Delta[] = [];
  for (const bytes of buffers) {
    deltas.push(...line.push(bytes));
    if (line.failure !== undefined || line.finished) break;
  }
  if (line.failure === undefined) deltas.push(...line.end());
  return {
    deltas,
    text: deltas.map((delta) => delta.text).join(""),
    failure: line.failure,
  };
}

const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content);
const lines = (...records: unknown[]): Uint8Array[] => [
  bytesOf(records.map((record) => `${JSON.stringify(record)}\n`).join("")),
];

describe("RecordStage", () => {
  it("gives the deltas of the records, and nothing for what is empty", () => {
    const { deltas } = run(lines("a", null, "", { text: "" }, {}, { text: "b" }));
    expect(deltas).toEqual([{ text: "a" }, { text: "b" }]);
  });

  it("gives the record's index to parseChunk, counted from 0", () => {
    const seen: unknown[] = [];
    run(lines("a", "b"), { parseChunk: (record, index) => seen.push([record, index]) && "x" });
    expect(seen).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  it("hears of the end in what grew, not in what said the same again", () => {
    const parseChunk = ({ text }: { text: string }) => ({ text, cumulative: true });
    const grown = (...records: unknown[]) => {
      return run(lines(...records), { parseChunk } as Parts).failure?.message;
    };
    const open = { text: "a", finish_reason: null };
    expect(grown(open)).toMatch(/before the provider said/);
    expect(grown(open, { text: "ab", finish_reason: null })).toMatch(/before the provider said/);
    expect(grown(open, { text: "ab", finish_reason: "stop" })).toBeUndefined();
    expect(grown(open, { text: "a", finish_reason: "stop" })).toBeUndefined();
  });

  it("gives id and model once, the first that came", () => {
    const { deltas } = run(
      lines({ text: "a", id: "1", model: "m" }, { text: "b", id: "1", model: "m" }, { id: "2" }),
    );
    expect(deltas).toEqual([{ text: "a", id: "1", model: "m" }, { text: "b" }]);
  });

  it("merges the reports of usage and gives them once, at the end", () => {
    const { deltas } = run(
      lines(
        { text: "a", usage: { inputTokens: 3, outputTokens: 1 } },
        { text: "b", usage: { outputTokens: 2 } },
        { usage: { totalTokens: 5 } },
      ),
    );
    expect(deltas).toEqual([
      { text: "a" },
      { text: "b" },
      { text: "", usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } },
    ]);
  });

  it("gives the finish reason once, at the end, beside the text of its record", () => {
    const { deltas } = run(
      lines(
        { text: "a", finishReason: "stop" },
        { finishReason: "stop", usage: { inputTokens: 1 } },
      ),
    );
    expect(deltas).toEqual([
      { text: "a" },
      { text: "", finishReason: "stop", usage: { inputTokens: 1 } },
    ]);
  });

  it.each(["error", "FAILED", "aborted", "cancelled", "network_error"])(
    "fails where a hook reads the finish reason %s beside text, and gives no tool call",
    (finishReason) => {
      const call = { toolCalls: [{ id: "a", name: "delete" }] };
      const { text, failure, deltas } = run(lines("a", call, { text: "b", finishReason }));
      expect(failure).toMatchObject({ code: "MODEL_STREAM", providerCode: finishReason });
      expect([text, deltas.length]).toEqual(["ab", 2]);
    },
  );

  it("gives reasoning, tool calls and metadata as they come", () => {
    const toolCalls = [{ index: 0, name: "f", args: '{"x":1}' }];
    const { deltas } = run(lines({ reasoning: "hm" }, { toolCalls }, { metadata: { a: 1 } }));
    expect(deltas).toEqual([
      { text: "", reasoning: "hm" },
      { text: "", toolCalls },
      { text: "", metadata: { a: 1 } },
    ]);
  });

  it("gives each record its own event, of a decoder that works as its records are read, too", () => {
    const events: unknown[] = [];
    const decoder = {
      envelopes: undefined as { event: string; lastEventId: string }[] | undefined,
      *decode(bytes: Uint8Array) {
        this.envelopes = [];
        for (const word of new TextDecoder().decode(bytes).split(" ")) {
          this.envelopes.push({ event: `event ${word}`, lastEventId: "" });
          yield word;
        }
      },
      flush: () => [],
    };
    const format = { contentTypes: ["text/plain"], createDecoder: () => decoder };
    const parseChunk: Parts["parseChunk"] = (record, _index, envelope) => {
      events.push([record, envelope?.event]);
      return `${record as string} `;
    };
    expect(run([bytesOf("a b"), bytesOf("c")], { format, parseChunk }).text).toBe("a b c ");
    expect(events).toEqual([
      ["a", "event a"],
      ["b", "event b"],
      ["c", "event c"],
    ]);
  });

  it("delivers what came before a record that is malformed, in the same bytes", () => {
    const { text, failure } = run([bytesOf('"a"\n"b"\nnonsense\n"c"\n')]);
    expect(text).toBe("ab");
    expect(ChunkParseError.isInstance(failure)).toBe(true);
  });

  it("delivers what came before a provider's error, in the same bytes", () => {
    const { text, failure } = run(lines("a", { error: { message: "overloaded" } }, "b"));
    expect(text).toBe("a");
    expect(failure).toMatchObject({ code: "MODEL_STREAM", message: /overloaded/ });
  });

  it("delivers what a hook's array held before an error", () => {
    const { text, failure } = run(lines(["a", { error: "boom" }, "b"]));
    expect(text).toBe("a");
    expect(failure).toMatchObject({ code: "MODEL_STREAM" });
  });

  it("turns what parseChunk throws into an error with the record and its index", () => {
    const cause = new TypeError("Cannot read properties of undefined");
    const { text, failure } = run(lines("a", { choices: [] }), {
      parseChunk: (record) => {
        if (record === "a") return "a";
        throw cause;
      },
    });
    expect(text).toBe("a");
    expect(failure).toMatchObject({
      code: "CHUNK_PARSE",
      index: 1,
      record: { choices: [] },
      cause,
      message: /parseChunk threw on record 1: Cannot read/,
    });
  });

  it("takes what parseChunk throws though it is no Error", () => {
    const { failure } = run(lines("a"), {
      parseChunk: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- authors do
        throw "nothing to read";
      },
    });
    expect(failure).toMatchObject({ code: "CHUNK_PARSE", message: /nothing to read/ });
  });

  it("tells what throws in a result as it is read", () => {
    const broken = (field: string) =>
      Object.defineProperty({ text: "a" }, field, {
        enumerable: true,
        get: () => {
          throw new Error("no such field");
        },
      });
    for (const result of [
      broken("text"),
      broken("model"),
      { toolCalls: [broken("name")] },
      { usage: broken("inputTokens") },
    ]) {
      const { failure } = run(lines("a"), { parseChunk: () => result });
      expect(failure).toMatchObject({
        code: "CHUNK_PARSE",
        index: 0,
        message: /parseChunk gave a result that threw on record 0: no such field/,
      });
    }
  });

  it("passes an error of this package that parseChunk throws", () => {
    const own = new HookError("parseChunk", "my own words");
    const { failure } = run(lines("a"), {
      parseChunk: () => {
        throw own;
      },
    });
    expect(failure).toBe(own);
  });

  it("refuses nonsense from parseChunk", () => {
    for (const nonsense of [true, { choices: [] }, { text: {} }, { done: "yes" }]) {
      expect(run(lines(nonsense)).failure).toMatchObject({ code: "HOOK", hook: "parseChunk" });
    }
  });

  it("refuses a response larger than the limit, and delivers what fits", () => {
    const content = bytesOf('"aaaa"\n"bbbb"\n"cccc"\n');
    const whole = run([content], { maxResponseBytes: 15 });
    expect(whole.failure).toMatchObject({ code: "RESPONSE_TOO_LARGE", limitBytes: 15 });
    expect(whole.text).toBe("aaaabbbb");
    const bytewise = run(
      [...content].map((byte) => Uint8Array.of(byte)),
      { maxResponseBytes: 15 },
    );
    expect(bytewise).toEqual(whole);
  });

  it("takes a response of exactly the limit", () => {
    expect(run([bytesOf('"aa"\n')], { maxResponseBytes: 5 }).failure).toBeUndefined();
  });

  it("enforces stop sequences across records, and says that it stopped", () => {
    const { text, deltas, failure } = run(lines("one E", "N", "D two", { done: true }), {
      stop: ["END"],
    });
    expect(text).toBe("one ");
    expect(deltas.at(-1)).toEqual({ text: "", finishReason: "stop" });
    expect(failure).toBeUndefined();
  });

  it("needs no end after a stop sequence", () => {
    const { failure } = run(lines({ text: "a.", done: false }), {
      stop: ["."],
      endOfStream: "required",
    });
    expect(failure).toBeUndefined();
  });

  it("looks at no record after a stop sequence, in whatever bytes it comes", () => {
    const content = '"a."\nnonsense\n';
    expect(run([bytesOf(content)], { stop: ["."] })).toMatchObject({
      text: "a",
      failure: undefined,
    });
  });

  it("gives held-back text before reasoning and before tool calls", () => {
    const { deltas } = run(lines("aE", { reasoning: "hm" }, "ND"), { stop: ["END"] });
    expect(deltas.map(({ text, reasoning }) => reasoning ?? text)).toEqual(["a", "E", "hm", "ND"]);
  });

  describe("at the end of the stream", () => {
    const truncated = { code: "TRUNCATED_STREAM" };

    it("accepts an end that nobody promised to announce", () => {
      expect(run(lines("a")).failure).toBeUndefined();
    });

    it("wants an end from a provider that said done: false", () => {
      const { text, failure } = run(lines({ text: "a", done: false }, { text: "b", done: false }));
      expect(text).toBe("ab");
      expect(failure).toMatchObject({ ...truncated, message: /endOfStream: "optional"/ });
    });

    it("takes done, a finish reason, and the format's end marker for an end", () => {
      const promised = { text: "a", done: false };
      const ends: { buffers: Uint8Array[]; format?: StreamFormat<unknown> }[] = [
        { buffers: lines(promised, { done: true }) },
        { buffers: lines(promised, { finishReason: "length" }) },
        {
          buffers: [bytesOf(`data: ${JSON.stringify(promised)}\n\ndata: [DONE]\n\n`)],
          format: sse(),
        },
        { buffers: [bytesOf(`[${JSON.stringify(promised)}]`)], format: jsonArray() },
      ];
      for (const { buffers, format = jsonLines() } of ends) {
        expect(run(buffers, { format, endOfStream: "required" }).failure).toBeUndefined();
      }
    });

    it("wants an end whenever it is required", () => {
      expect(run(lines("a"), { endOfStream: "required" }).failure).toMatchObject(truncated);
    });

    it("wants none where it is optional", () => {
      const { failure } = run(lines({ text: "a", done: false }), { endOfStream: "optional" });
      expect(failure).toBeUndefined();
    });

    it("takes an empty body for an error, whatever the policy", () => {
      for (const endOfStream of [undefined, "optional", "required"] as const) {
        const { failure } = run([], { endOfStream });
        expect(failure).toMatchObject({ ...truncated, message: /without a single record/ });
        expect(run([bytesOf("\n\n")], { endOfStream }).failure).toMatchObject(truncated);
        expect(run([], { endOfStream, format: text() }).failure).toMatchObject(truncated);
      }
    });

    it.each([
      ["data: [DONE]\n\n", sse()],
      ["[]", jsonArray()],
    ])("takes the end mark alone, %j, for an error", (body, format) => {
      expect(run([bytesOf(body)], { format }).failure).toMatchObject(truncated);
    });

    it("takes records that gave nothing for an error, and points at parseChunk", () => {
      const { failure } = run(lines({}, null), { endOfStream: "optional" });
      expect(failure).toMatchObject({ ...truncated, message: /2 record.*parseChunk/ });
    });

    it("gives one empty delta for an empty answer that was announced", () => {
      expect(run(lines({ done: true }))).toMatchObject({
        deltas: [{ text: "" }],
        failure: undefined,
      });
      const empty = [bytesOf('data: {"text":""}\n\ndata: [DONE]\n\n')];
      expect(run(empty, { format: sse() })).toMatchObject({ deltas: [{ text: "" }] });
      expect(run(lines({ finishReason: "stop" })).deltas).toEqual([
        { text: "", finishReason: "stop" },
      ]);
    });

    it("gives usage and finish reason of an answer without text", () => {
      const { deltas } = run(lines({ usage: { inputTokens: 1 }, done: true }));
      expect(deltas).toEqual([{ text: "", usage: { inputTokens: 1 } }]);
    });
  });

  describe("with a whole body", () => {
    const whole = (parse: () => unknown, parts: Parts = {}, body = {}) => {
      const line = pipeline({ ...parts, hook: "parseResponse", parseChunk: parse });
      const deltas = line.whole(body);
      return { deltas, text: deltas.map((delta) => delta.text).join(""), failure: line.failure };
    };

    it("takes what parseResponse gives, its facts at the end", () => {
      const { deltas } = whole(() => ({
        text: "a",
        usage: { inputTokens: 1 },
        finishReason: "stop",
      }));
      expect(deltas).toEqual([
        { text: "a" },
        { text: "", usage: { inputTokens: 1 }, finishReason: "stop" },
      ]);
    });

    it("takes the text of a job that failed or was cancelled for a part of an answer", () => {
      const failureOf = (body: object, parts?: Parts) => whole(() => "par", parts, body).failure;
      for (const failed of [{ status: "cancelled" }, { state: "FAILED", error: "no memory" }]) {
        expect(failureOf(failed)).toMatchObject({ code: "MODEL_STREAM" });
        expect(failureOf(failed, { parseRecordError: () => null })).toBeUndefined();
      }
      const step = { status: "completed", step: { status: "failed" } };
      expect(failureOf(step)).toBeUndefined();
    });

    it("enforces stop sequences", () => {
      expect(whole(() => "one END two", { stop: ["END"] }).text).toBe("one ");
    });

    it("gives one empty delta for an answer that is empty and says so", () => {
      const done = whole(() => ({ text: "", done: true }));
      expect(done).toEqual({ deltas: [{ text: "" }], text: "", failure: undefined });
    });

    it("takes a body in which nothing is found for no answer, and shows it", () => {
      for (const nothing of [
        "",
        null,
        {},
        { usage: { inputTokens: 1 } },
        { id: "1", model: "m" },
      ]) {
        const { failure } = whole(() => nothing);
        expect(failure).toMatchObject({ code: "TRUNCATED_STREAM", records: 1 });
        expect(failure?.message).toMatch(/parseResponse.*The last one was \{\}/);
      }
    });

    it("names parseResponse in what it refuses, and in what it threw", () => {
      expect(whole(() => true).failure).toMatchObject({ hook: "parseResponse" });
      const thrown = whole(() => {
        throw new Error("no choices");
      });
      expect(thrown.failure).toMatchObject({ message: /parseResponse threw.*no choices/ });
    });
  });

  describe("with a provider's error", () => {
    const error = { error: { message: "engine died", code: "E1", type: "server_error" } };

    it("ends with it, after the text before it", () => {
      const { text: said, failure } = run(lines("Hel", error, "lo"), {
        parseChunk: (record) => (typeof record === "string" ? record : null),
      });
      expect(said).toBe("Hel");
      expect(failure).toMatchObject({
        code: "MODEL_STREAM",
        message: "the provider reported an error inside the stream: engine died",
        providerCode: "E1",
        providerType: "server_error",
        retryable: true,
      });
    });

    it("keeps what parseChunk threw on it as the cause", () => {
      const thrown = new TypeError("no choices");
      const { failure } = run(lines(error), {
        parseChunk: () => {
          throw thrown;
        },
      });
      expect(failure).toMatchObject({ code: "MODEL_STREAM", cause: thrown });
    });

    it.each([
      ["text", { text: "a" }],
      ["reasoning", { reasoning: "a" }],
      ["a call", { toolCalls: [{ index: 0, name: "f", args: "{}" }], done: true }],
      ["a refusal", { refusal: "no" }],
      ["a block", { blocks: [{ type: "image" }] }],
      ["a text in a list", [null, { text: "a" }]],
      ["a plain string", "a"],
    ])("does not count beside %s", (_, result) => {
      const { failure } = run(lines({ error: "harmless" }), { parseChunk: () => result });
      expect(failure).toBeUndefined();
    });

    it.each([
      ["a finish reason", { finishReason: "error" }],
      ["done", { done: true }],
      ["token counts", { usage: { inputTokens: 1 } }],
      ["an id and a model", { id: "1", model: "m" }],
      ["empty text", { text: "", toolCalls: [], blocks: [] }],
      ["an error that says nothing", { error: {} }],
      ["nothing", undefined],
    ])("counts beside %s", (_, result) => {
      const { deltas, failure } = run(lines({ error: "gone" }), { parseChunk: () => result });
      expect(failure).toMatchObject({ code: "MODEL_STREAM" });
      expect(deltas).toEqual([]);
    });

    it("lets the author find it, or say that there is none", () => {
      const verdicts = ["said so", { message: "said so", code: 7 }, null, undefined];
      const ends = verdicts.map(
        (verdict) =>
          run(lines({ error: "by rule" }), {
            parseChunk: () => ({ done: true }),
            parseRecordError: () => verdict,
          }).failure,
      );
      expect(ends[0]?.message).toMatch(/said so/);
      expect(ends[1]).toMatchObject({ providerCode: "7", message: /said so/ });
      expect(ends[2]).toBeUndefined();
      expect(ends[3]?.message).toMatch(/by rule/);
      const content = run(lines({ text: "a" }), { parseRecordError: () => "wins over content" });
      expect(content).toMatchObject({ deltas: [], failure: { message: /wins over content/ } });
    });

    it("refuses a Promise of parseRecordError, which is no error of the provider's", () => {
      const { failure } = run(lines({ text: "a" }), {
        parseRecordError: () => Promise.resolve(null),
      });
      expect(failure).toMatchObject({ code: "HOOK", hook: "parseRecordError", message: /Promise/ });
    });

    it("reports what parseRecordError throws", () => {
      const { failure } = run(lines({ text: "a" }), {
        parseRecordError: () => {
          throw new Error("oops");
        },
      });
      expect(failure).toMatchObject({
        code: "CHUNK_PARSE",
        message: /parseRecordError threw on record 0: oops/,
      });
    });

    it("knows an event of the name error, and bare lines between events", () => {
      const silent = { format: sse(), parseChunk: () => undefined };
      for (const bad of [
        'event: error\ndata: {"status_code":500,"message":"engine died"}\n\n',
        "event: error\ndata: engine died\n\n",
        'error: {"message":"engine died"}\n\n',
        '{"error":{"message":"engine died"}}\n\n',
        '{\n"error": {\n"message": "engine died"\n}\n}\n\n',
      ]) {
        for (const format of [sse(), sse({ raw: true })]) {
          const { failure } = run([bytesOf(`data: 1\n\n${bad}`)], { ...silent, format });
          expect(failure, bad).toMatchObject({ code: "MODEL_STREAM", message: /engine died/ });
        }
      }
    });

    it("takes what the wire calls an error for none of the answer, whatever a hook reads in it", () => {
      const content = (record: unknown) => (record as { content: string }).content;
      const data = (record: unknown) => (record as { data: string }).data;
      for (const [wire, format, parseChunk] of [
        ['data: {"type":"error","content":"engine died"}\n\n', sse(), content],
        ['event: error\ndata: {"content":"engine died"}\n\n', sse(), content],
        ["event: error\ndata: engine died\n\n", sse({ raw: true }), data],
        ['{"object":"error","content":"engine died"}\n', jsonLines(), content],
      ] as const) {
        const { failure } = run([bytesOf(wire)], { format, parseChunk });
        expect(failure, wire).toMatchObject({ code: "MODEL_STREAM", message: /engine died/ });
        const own = run([bytesOf(wire)], { format, parseChunk, parseRecordError: () => null });
        expect(own, wire).toMatchObject({ text: "engine died", failure: undefined });
      }
    });

    it("finds one within the record that ends the answer, and in no other", () => {
      const parseChunk = (record: unknown) => ({
        text: (record as { text?: string }).text,
        done: (record as { event: string }).event === "end",
      });
      const failed = { status: "failed", error: "a node failed" };
      const step = run(lines({ text: "a" }, { event: "node", data: failed }, { event: "end" }), {
        parseChunk,
      });
      expect(step.failure).toBeUndefined();
      const whole = run(lines({ text: "a" }, { event: "end", data: failed }), { parseChunk });
      expect(whole).toMatchObject({ text: "a", failure: { message: /a node failed/ } });
    });

    it("shows the words beside a finish reason that says so", () => {
      const parseChunk = () => ({ finishReason: "ERROR" });
      const { failure } = run(lines({ delta: { error: "engine died" } }), { parseChunk });
      expect(failure).toMatchObject({
        code: "MODEL_STREAM",
        message: /finish reason "ERROR": engine died/,
        providerCode: "ERROR",
      });
    });

    it("knows one in an element of an array, though the bracket follows, and in texts that hold JSON", () => {
      const silent = { parseChunk: () => undefined };
      const array = run([bytesOf('[1,{"error":{"message":"engine died"}}]')], {
        format: jsonArray(),
        ...silent,
      });
      expect(array.failure).toMatchObject({ code: "MODEL_STREAM" });
      const raw = run([bytesOf('data: {"error":"engine died"}\n\n')], {
        format: sse({ raw: true }),
        ...silent,
      });
      expect(raw.failure).toMatchObject({ code: "MODEL_STREAM" });
    });

    it("redacts the provider's words before they are cut to length", () => {
      const secret = "sk-1234567890";
      const { failure } = run(lines({ error: `${"x".repeat(1_994)}${secret}` }), {
        parseChunk: () => undefined,
        redact: (words) => words.replaceAll(secret, "[redacted]"),
      });
      expect(failure?.message).not.toContain("sk-");
      expect(failure?.message.length).toBeLessThan(2_200);
    });
  });

  describe("at the end", () => {
    const parts = { parseChunk: (record: unknown) => record, endOfStream: "required" } as const;

    it("is announced by a finish reason, done, or the format's mark", () => {
      for (const end of [{ finishReason: "stop" }, { done: true }]) {
        expect(run(lines("a", end), parts).failure).toBeUndefined();
      }
    });

    it.each([null, "null", "NULL", "not_finished"])(
      "is not announced by the finish reason %j",
      (finishReason) => {
        const { deltas, failure } = run(lines({ text: "a", finishReason }), {
          ...parts,
          endOfStream: undefined,
        });
        expect(failure).toMatchObject({ code: "TRUNCATED_STREAM", message: /endOfStream/ });
        expect(deltas).toEqual([{ text: "a" }]);
      },
    );

    it("is near once it was announced, unless content follows", () => {
      const line = pipeline();
      const near = (record: unknown) => {
        line.push(lines(record)[0] as Uint8Array);
        return line.ending;
      };
      expect(near({ text: "a" })).toBe(false);
      expect(near({ finishReason: "stop" })).toBe(true);
      expect(near({ usage: { inputTokens: 1 } })).toBe(true);
      expect(near({ text: "b", finishReason: "stop" })).toBe(false);
    });

    it("counts as news what says something, and nothing else", () => {
      const line = pipeline();
      const news = (record: unknown) => {
        const before = line.news;
        line.push(lines(record)[0] as Uint8Array);
        return line.news > before;
      };
      expect(news({ text: "a" })).toBe(true);
      expect(news({ finishReason: "stop" })).toBe(true);
      expect(news({ finishReason: "stop" })).toBe(false);
      expect(news({ usage: { inputTokens: 1 } })).toBe(true);
      expect(news({ usage: { inputTokens: 1 } })).toBe(false);
      expect(news({ text: "" })).toBe(false);
    });

    it("judges what follows an array the same for every cut", () => {
      const array = { format: jsonArray(), parseChunk: () => "a" };
      for (const cutAt of [1, 2, 3, 4, 5]) {
        const bytes = bytesOf("[1] x");
        const { failure, text: said } = run(
          [bytes.subarray(0, cutAt), bytes.subarray(cutAt)],
          array,
        );
        expect(failure).toMatchObject({ code: "CHUNK_PARSE" });
        expect(said).toBe("a");
      }
      expect(run([bytesOf("[1]"), bytesOf("\n \n")], array).failure).toBeUndefined();
    });
  });

  it("gives the same text and the same outcome for any cut of the bytes", () => {
    const record = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.string({ unit: fc.constantFrom("a", "b", "蓝", "👩"), maxLength: 6 }),
      },
      {
        weight: 2,
        arbitrary: fc.record(
          { text: fc.constantFrom("ab", "b"), done: fc.boolean(), id: fc.constantFrom("1", "2") },
          { requiredKeys: [] },
        ),
      },
      { weight: 1, arbitrary: fc.constant({ usage: { outputTokens: 1 } }) },
      { weight: 1, arbitrary: fc.constantFrom({ error: "boom" }, { finishReason: "length" }, 7) },
    );
    const outcome = (buffers: Uint8Array[], parts: Parts) => {
      const { text, failure, deltas } = run(buffers, parts);
      const facts: Record<string, unknown> = Object.assign({}, ...deltas);
      const code = HttpStreamingError.isInstance(failure) ? failure.code : failure;
      return {
        text,
        code,
        message: failure?.message,
        facts: { ...facts, text: undefined },
      };
    };
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.subarray(["ab", "bb", "aba", "蓝👩"]),
        fc.constantFrom(undefined, "required", "optional"),
        fc.constantFrom(Infinity, 20, 60),
        fc.boolean(),
        (records, positions, stop, endOfStream, maxResponseBytes, terminated) => {
          const parts = { stop, endOfStream, maxResponseBytes };
          const joined = records.map((item) => JSON.stringify(item)).join("\n");
          const content = bytesOf(terminated ? `${joined}\n` : joined);
          const cuts = positions.map((position) => position % (content.length + 1));
          const edges = [0, ...cuts.sort((a, b) => a - b), content.length];
          const pieces = edges.slice(1).map((edge, i) => content.subarray(edges[i], edge));
          const expected = outcome([content], parts);
          expect(outcome(pieces, parts)).toEqual(expected);
          const single = [...content].map((byte) => Uint8Array.of(byte));
          expect(outcome(single, parts)).toEqual(expected);
        },
      ),
      budget(4),
    );
  });
});
