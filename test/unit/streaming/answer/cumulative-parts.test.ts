import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkParseError, HookError, ModelStreamError } from "../../../../src/errors.js";
import { jsonLines } from "../../../../src/formats/json-lines.js";
import { CumulativeParts } from "../../../../src/streaming/answer/cumulative-parts.js";
import type { StreamDelta, ToolCallDelta } from "../../../../src/streaming/delta/stream-delta.js";
import { budget, GRAPHEMES } from "../../../helpers/properties.js";
import { throughPipeline } from "../../../helpers/chat-deltas.js";
import { recordStage } from "../../../helpers/record-stage.js";

const whole = (text: string, more: StreamDelta = {}): StreamDelta => ({
  text,
  cumulative: true,
  ...more,
});

const textsOf = (records: readonly StreamDelta[], stop?: string[]): string[] =>
  throughPipeline(records, stop)
    .map(({ text }) => text)
    .filter(Boolean);

/** What the deltas come to. */
function resultOf(records: readonly unknown[]) {
  const decoder = jsonLines().createDecoder({ maxRecordBytes: 1_000_000 });
  const stage = recordStage<unknown>({ decoder, endOfStream: "optional" });
  const wire = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  const deltas = [...stage.push(new TextEncoder().encode(wire))];
  if (stage.failure === undefined) deltas.push(...stage.end());
  return { text: deltas.map(({ text }) => text).join(""), failure: stage.failure };
}

describe("a cumulative delta", () => {
  it("gives what is new in it", () => {
    expect(textsOf([whole("The"), whole("The sky"), whole("The sky"), whole("The sky!")])).toEqual([
      "The",
      " sky",
      "!",
    ]);
  });

  it("says nothing where its text is empty or absent", () => {
    const tail = { cumulative: true, usage: { outputTokens: 2 } };
    expect(textsOf([whole(""), whole("a"), whole(""), tail, whole("ab")])).toEqual(["a", "b"]);
  });

  it("gives reasoning, refusals and the arguments of calls in the same way", () => {
    const records: StreamDelta[] = [
      whole("", { reasoning: "Hm" }),
      whole("", { reasoning: "Hmm." }),
      whole("So", { reasoning: "Hmm." }),
      whole("So", { refusal: "No" }),
      whole("So", { refusal: "Now", toolCalls: [{ index: 0, id: "a", name: "f", args: '{"x"' }] }),
      whole("So", {
        toolCalls: [
          { index: 0, id: "a", name: "f", args: '{"x":1}' },
          { index: 1, id: "b", name: "g", args: { y: 2 } },
        ],
      }),
      whole("So", {
        toolCalls: [
          { index: 0, id: "a", name: "f", args: '{"x":1}' },
          { index: 1, id: "b", name: "g", args: { y: 2 } },
        ],
      }),
    ];
    const deltas = throughPipeline(records);
    const joined = (field: "text" | "reasoning" | "refusal") =>
      deltas.map((delta) => delta[field] ?? "").join("");
    expect([joined("text"), joined("reasoning"), joined("refusal")]).toEqual(["So", "Hmm.", "Now"]);
    const calls = deltas.flatMap(({ toolCalls }) => toolCalls ?? []);
    const argsOf = (index: number) =>
      calls.flatMap((call) => (call.index === index ? [call.args ?? ""] : [])).join("");
    expect([argsOf(0), argsOf(1)]).toEqual(['{"x":1}', '{"y":2}']);
    expect(calls.flatMap(({ name }) => (name ? [name] : []))).toEqual(["f", "g"]);
  });

  it.each<[string, (call: ToolCallDelta, index: number) => ToolCallDelta, boolean]>([
    ["a number", (call, index) => ({ ...call, index }), false],
    ["an id", (call, index) => ({ ...call, id: `c${index}` }), true],
    ["an id that comes late", (call, at) => ({ ...call, id: call.args ? `c${at}` : "" }), true],
    ["neither", (call) => call, false],
  ])("tells calls apart that grow side by side, by %s", (_, mark, hasId) => {
    const calls = [
      { name: "f", args: '{"x":1}' },
      { name: "f", args: '{"x":"12"}' },
    ];
    const records = Array.from({ length: 11 }, (__, length) => {
      const growing = calls.map(({ name, args }, index) =>
        mark({ name, args: args.slice(0, length) }, index),
      );
      return whole("", { toolCalls: length < 2 ? growing.slice(0, length) : growing });
    });
    const found: { name?: string; args: string; id?: string }[] = [];
    for (const { toolCalls = [] } of throughPipeline([...records, { done: true }])) {
      for (const { index, args, ...first } of toolCalls) {
        const call = (found[index] ??= { args: "" });
        Object.assign(call, first);
        call.args += args;
      }
    }
    expect(found).toEqual(calls.map((call, at) => ({ ...call, ...(hasId && { id: `c${at}` }) })));
  });

  it("gives the same text as pieces do, with any stop sequence", () => {
    const pieces = fc.array(fc.string({ unit: GRAPHEMES, maxLength: 4 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(pieces, fc.string({ minLength: 1, maxLength: 2 }), (texts, stop) => {
        const growing = texts.map((_, index) => whole(texts.slice(0, index + 1).join("")));
        for (const stops of [[], [stop], [texts.join("").slice(1, 3)].filter(Boolean)]) {
          const expected = textsOf(
            texts.map((text) => ({ text })),
            stops,
          );
          expect(textsOf(growing, stops).join("")).toBe(expected.join(""));
        }
      }),
      budget(3),
    );
  });

  it("holds half a character back until it is whole, or the answer has ended", () => {
    expect(textsOf([whole("a\uFFFD"), whole("a蓝"), whole("a蓝\uFFFD\uFFFD")])).toEqual([
      "a",
      "蓝",
      "\uFFFD\uFFFD",
    ]);
    expect(textsOf([whole("a\uFFFDb\uFFFD"), whole("a\uFFFDb")])).toEqual(["a\uFFFDb"]);
  });

  it.each([
    ["says something else", "The sea", /from index 5 on it differs: "The sky", then "The sea"/],
    ["takes its end back", "The sk", /from index 6 on it differs: "The sky", then "The sk"/],
    ["is a piece", "!", /from index 0 .*If the server sends pieces, leave "cumulative" out/],
  ])("is an error where it %s", (_, text, words) => {
    const { text: given, failure } = resultOf([whole("The"), whole("The sky"), whole(text)]);
    expect(given).toBe("The sky");
    expect(ChunkParseError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject({ index: 2, record: whole(text) });
    expect(failure!.message).toMatch(words);
    expect(failure!.message).toContain("record 2: ");
  });

  it("is an error where its reasoning or arguments change", () => {
    const call = (args: string) => whole("", { toolCalls: [{ index: 0, name: "f", args }] });
    for (const records of [
      [whole("", { reasoning: "a" }), whole("", { reasoning: "b" })],
      [call('{"a"'), call('{"b"')],
    ]) {
      expect(resultOf(records).failure).toMatchObject({ code: "CHUNK_PARSE" });
    }
  });

  it("shows the place of a change in a long text, and not all of it", () => {
    const long = "x".repeat(5000);
    const { failure } = resultOf([whole(`${long}a`), whole(`${long}b`)]);
    expect(failure!.message).toMatch(/from index 5000 on .*x{20}a", then "x{20}b"/);
    expect(failure!.message.length).toBeLessThan(600);
  });

  it("does not hide the provider's error beside the text that it repeats", () => {
    const failed = { ...whole("a"), error: { message: "CUDA" } };
    const { text, failure } = resultOf([whole("a"), failed]);
    expect(text).toBe("a");
    expect(ModelStreamError.isInstance(failure)).toBe(true);
  });

  it("is a mistake beside pieces of text, in either order", () => {
    for (const records of [
      ["a", whole("ab")],
      [{ text: "a" }, whole("ab")],
      [whole("a"), "b"],
      [whole("a"), { text: "b" }],
    ]) {
      const { failure } = resultOf(records);
      expect(HookError.isInstance(failure)).toBe(true);
      expect(failure!.message).toContain("or of none");
    }
    expect(resultOf([whole("", { reasoning: "a" }), "b", { reasoning: "c" }]).text).toBe("b");
  });
});

describe("CumulativeParts", () => {
  it("gives what is new, and holds half a character back until the end", () => {
    const parts = new CumulativeParts();
    const texts = ["a", "ab\ufffd", "abé"].map((text, index) => parts.newsOf({ text }, index).text);
    expect(texts).toEqual(["a", "b", "é"]);
    expect(parts.hasText).toBe(true);
    parts.newsOf({ text: "abéc\ufffd" }, 3);
    expect(parts.rest().text).toBe("\ufffd");
  });

  it("refuses a text that was taken back", () => {
    const parts = new CumulativeParts();
    parts.newsOf({ text: "abc" }, 0);
    expect(() => parts.newsOf({ text: "abd" }, 1)).toThrow(ChunkParseError);
  });
});
