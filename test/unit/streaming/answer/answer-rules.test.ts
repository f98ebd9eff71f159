import { describe, expect, it } from "vitest";
import { HookError, ModelStreamError, TruncatedStreamError } from "../../../../src/errors.js";
import { AnswerRules, type AnswerParts } from "../../../../src/streaming/answer/answer-rules.js";
import { RepeatedPart } from "../../../../src/streaming/answer/continuation.js";
import { ToolCallAssembler } from "../../../../src/streaming/answer/tool-call-assembler.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";

const rules = (parts: Partial<AnswerParts> = {}) =>
  new AnswerRules({
    stop: [],
    endOfStream: undefined,
    keepsReasoning: false,
    redact: (text) => text,
    deltaRules: { toolCalls: () => new ToolCallAssembler() },
    ...parts,
  });
const records = (count = 1, ended = false, isCut = false, isOver?: boolean) => {
  const wire = { isOver, promise: undefined, reason: undefined };
  return { count, format: { ended, isCut }, wire, last: "the last" };
};

/** All deltas of an answer of these results. */
function answer(results: readonly unknown[], parts: Partial<AnswerParts> = {}, marked = false) {
  const answering = rules(parts);
  for (const result of results) answering.take(result);
  answering.end(records(results.length, marked));
  return answering.takeDeltas();
}
const textOf = (deltas: readonly { text: string }[]) => deltas.map(({ text }) => text).join("");

describe("AnswerRules", () => {
  it("hands deltas over once", () => {
    const answering = rules();
    answering.take("a");
    answering.take({ text: "b" });
    expect(textOf(answering.takeDeltas())).toBe("ab");
    expect(answering.takeDeltas()).toEqual([]);
  });

  it("says each fact once, and the end with what it cost", () => {
    const fact = { id: "1", model: "m", metadata: { region: "eu" } };
    const deltas = answer([
      { text: "a", ...fact },
      { text: "b", ...fact, usage: { inputTokens: 1, outputTokens: 2 } },
      { finishReason: "stop" },
    ]);
    expect(deltas[0]).toMatchObject(fact);
    expect(deltas[1]).not.toHaveProperty("id");
    expect(deltas[1]).not.toHaveProperty("metadata");
    expect(deltas.at(-1)).toMatchObject({ finishReason: "stop", usage: { outputTokens: 2 } });
  });

  it("keeps what was said before there is any content", () => {
    const answering = rules();
    answering.take({ id: "1" });
    expect(answering.takeDeltas()).toEqual([]);
    answering.take("a");
    expect(answering.takeDeltas()).toMatchObject([{ text: "a", id: "1" }]);
  });

  it("stops at a stop sequence that comes in pieces, and says why it ended", () => {
    const deltas = answer(["on", "e EN", "D two", { finishReason: "length" }], { stop: ["END"] });
    expect(textOf(deltas)).toBe("one ");
    expect(deltas.at(-1)).toMatchObject({ finishReason: "stop" });
  });

  it("gives text and reasoning in whole characters, and loses no half that stays alone", () => {
    const [high, low] = "🐇".split("");
    const deltas = answer([
      { reasoning: `a${high}` },
      { reasoning: `${low}b${high}` },
      { text: `c${high}`, reasoning: low },
      `${low}d${high}`,
      { reasoning: high, finishReason: "stop" },
    ]);
    const pieces = deltas.map(({ text, reasoning }) => [text, reasoning ?? ""]);
    expect(pieces.filter((piece) => piece.join("") !== "")).toEqual([
      ["", "a"],
      ["", "🐇b"],
      ["c", "🐇"],
      ["🐇d", ""],
      [high, ""],
      ["", high],
    ]);
  });

  it.each<[string, string | StreamDelta]>([
    ["text", "t"],
    ["the text of a delta", { text: "t" }],
    ["a block", { blocks: [{ type: "image" }] }],
    ["a refusal", { refusal: "no" }],
  ])("gives half a character in which reasoning ends before %s", (_, next) => {
    const [high, low] = "🐇".split("");
    const deltas = answer([
      { reasoning: `a${high}` },
      next,
      { reasoning: `${low}b` },
      { done: true },
    ]);
    const names = deltas.flatMap(({ text, reasoning, blocks, refusal }) => [
      ...(reasoning === undefined ? [] : [reasoning]),
      ...(text === "" && blocks === undefined && refusal === undefined ? [] : ["next"]),
    ]);
    expect(names).toEqual(["a", high, "next", `${low}b`]);
  });

  it.each(["length", "MAX_TOKENS", "max_tokens", "model_length", "content_filter", "SAFETY"])(
    "takes a tool call without arguments before %s for a cut one",
    (finishReason) => {
      const results = [{ toolCalls: [{ id: "a", name: "write" }] }, { finishReason }];
      const [call] = answer(results).flatMap(({ toolCalls = [] }) => toolCalls);
      expect(call).toMatchObject({ name: "write", error: expect.stringContaining("complete") });
    },
  );

  it.each(["stop", "tool_calls", "tool_use", "STOP", "end_turn", "done"])(
    "takes a tool call without arguments before %s for a whole one",
    (finishReason) => {
      const results = [{ toolCalls: [{ id: "a", name: "now" }] }, { finishReason }];
      const [call] = answer(results).flatMap(({ toolCalls = [] }) => toolCalls);
      expect(call).toEqual({ index: 0, id: "a", name: "now", args: "" });
    },
  );

  it("is no answer where nothing came, or nothing of use", () => {
    expect(() => answer([])).toThrow(TruncatedStreamError);
    expect(() => answer([null, {}])).toThrow(/parseChunk reads the fields.*the last/);
  });

  it("is no answer where nothing of a record was understood, though the format's end came", () => {
    expect(() => answer([], {}, true)).toThrow(/without a single record/);
    expect(answer([""], {}, true)).toEqual([{ text: "" }]);
    expect(answer([{ text: "" }], {}, true)).toEqual([{ text: "" }]);
    expect(() => answer([null, { id: "1" }], {}, true)).toThrow(/parseChunk reads the fields/);
  });

  it("is cut where the bytes end inside of a line, unless its end was announced", () => {
    const cut = rules({ endOfStream: "optional" });
    cut.take("a");
    expect(() => cut.end(records(1, false, true))).toThrow(/middle of a line/);
    const whole = rules();
    whole.take({ text: "a", done: true });
    expect(() => whole.end(records(1, false, true))).not.toThrow();
  });

  it("is an empty answer where the provider says that it is done", () => {
    expect(answer([{ done: true }])).toEqual([{ text: "" }]);
    expect(answer([null, { done: true }], {}, true)).toEqual([{ text: "" }]);
  });

  it("needs an announced end where it is required, or was promised", () => {
    expect(textOf(answer(["a"]))).toBe("a");
    expect(() => answer(["a"], { endOfStream: "required" })).toThrow(TruncatedStreamError);
    expect(() => answer([{ text: "a", finishReason: null }])).toThrow(TruncatedStreamError);
    expect(textOf(answer([{ text: "a", done: false }], { endOfStream: "optional" }))).toBe("a");
    expect(textOf(answer(["a"], { endOfStream: "required" }, true))).toBe("a");
  });

  it("ends with an Error that the hook made of the provider's", () => {
    const fail = (): void => rules().take({ text: "half", error: new Error("no secret room") });
    expect(fail).toThrow(ModelStreamError);
    expect(fail).toThrow(/no secret room/);
  });

  it("lets a block leave behind the text of its delta, which is over then", () => {
    const blocks = [{ type: "text", text: "", annotations: [] }];
    const deltas = answer([{ text: "a EN", blocks, reasoning: "hm" }, "D b"], { stop: ["END"] });
    expect(deltas).toMatchObject([
      { text: "a EN", reasoning: "hm" },
      { text: "", blocks },
      { text: "D b" },
    ]);
    expect(deltas[0]).not.toHaveProperty("blocks");
  });

  it("keeps what a hook said of each record, though it fills the same objects again", () => {
    const block = { type: "image", url: "" };
    const named = { content: [""] };
    const answering = rules();
    for (const url of ["1", "2"]) {
      block.url = named.content[0] = url;
      answering.take({ blocks: [block], logprobs: named });
    }
    expect(answering.takeDeltas()).toMatchObject([
      { blocks: [{ url: "1" }], logprobs: { content: ["1"] } },
      { blocks: [{ url: "2" }], logprobs: { content: ["2"] } },
    ]);
  });

  it("refuses log probabilities that cannot be joined, and skips empty ones", () => {
    const list = { text: "a", logprobs: [1] };
    const named = { text: "b", logprobs: { content: [2] } };
    expect(() => answer([list, named])).toThrow(HookError);
    const deltas = answer([list, { text: "b", logprobs: {} }]);
    expect(deltas.map(({ logprobs }) => logprobs)).toEqual([[1], undefined]);
  });

  it("ends with the provider's error", () => {
    const redact = (text: string): string => text.replace("secret", "[…]");
    const answering = rules({ redact });
    answering.take("a");
    const fail = (): void => answering.take({ error: { message: "no secret room", code: "x" } });
    expect(fail).toThrow(ModelStreamError);
    expect(fail).toThrow("no […] room");
  });

  it("notes that an answer went on after its end was announced", () => {
    const answering = rules();
    answering.take({ text: "a", done: true });
    expect([answering.progress.announced, answering.progress.wentOn]).toEqual([true, false]);
    answering.take("b");
    expect(answering.progress.wentOn).toBe(true);
  });

  it("does not go on with what its rules call a note", () => {
    const isNote = ({ blocks }: StreamDelta) => blocks?.[0]?.type === "text";
    const answering = rules({ deltaRules: { isNote } });
    answering.take({ text: "a", done: true });
    answering.take({ blocks: [{ type: "text", annotations: [] }] });
    expect(answering.progress).toMatchObject({ wentOn: false, content: 2 });
    answering.take({ blocks: [{ type: "image" }] });
    expect(answering.progress).toMatchObject({ wentOn: true, content: 3 });
  });

  it("gives tool calls when they are whole", () => {
    const call = { index: 0, id: "c", name: "f" };
    const deltas = answer([
      { toolCalls: [{ ...call, args: '{"a"' }] },
      { toolCalls: [{ index: 0, args: ":1}" }] },
      { finishReason: "tool_calls" },
    ]);
    const args = deltas.flatMap(({ toolCalls = [] }) => toolCalls.map((piece) => piece.args));
    expect(args.join("")).toBe('{"a":1}');
    const cut = rules();
    cut.take({ toolCalls: [{ ...call, args: '{"a"' }] });
    expect(cut.isText).toBe(false);
    expect(() => cut.end(records())).toThrow(TruncatedStreamError);
  });

  it.each<[string, Partial<AnswerParts>, RegExp]>([
    ["tool_calls", {}, /"tool_calls".* neither a call nor text. Return toolCalls/],
    ["TOOL_USE", { deltaRules: {} }, /"TOOL_USE".* A text model has none/],
  ])("is no answer where %s announces a call that no hook returned", (reason, parts, message) => {
    const results = [{ reasoning: "Hm." }, { text: "", finishReason: reason }];
    expect(() => answer(results, parts)).toThrow(HookError);
    expect(() => answer(results, parts)).toThrow(message);
  });

  it("is an answer where the provider says of text that it is a call", () => {
    expect(textOf(answer(["a", { finishReason: "tool_calls" }]))).toBe("a");
    expect(textOf(answer([{ text: "b" }, { finishReason: "tool_calls" }]))).toBe("b");
    expect(textOf(answer([{ text: "b", cumulative: true, finishReason: "tool_calls" }]))).toBe("b");
    expect(answer([{ refusal: "No." }, { finishReason: "tool_calls" }])).toMatchObject([
      { refusal: "No." },
      { finishReason: "tool_calls" },
    ]);
  });

  it.each([
    [["a", { text: "ab", cumulative: true }]],
    [[{ text: "a" }, { text: "ab", cumulative: true }]],
    [[{ text: "a", cumulative: true }, "b"]],
    [[{ text: "a", cumulative: true }, { text: "b" }]],
  ])("refuses a mixture of pieces and of all so far: %j", (results) => {
    expect(() => answer(results)).toThrow(/some text with "cumulative: true" and some without/);
  });

  it("lets no text that may become a stop sequence out of order", () => {
    const deltas = answer(["a EN", { reasoning: "so" }, "D"], { stop: ["END"] });
    expect(deltas).toMatchObject([
      { text: "a " },
      { text: "EN" },
      { reasoning: "so" },
      { text: "D" },
    ]);
    const block = { type: "image", url: "x" };
    expect(answer([{ text: "EN", reasoning: "so", blocks: [block] }], { stop: ["END"] })).toEqual([
      { text: "EN", reasoning: "so" },
      { text: "", blocks: [block] },
    ]);
  });

  it.each([
    ["new text, of which none comes", false, false],
    ["new text, of which only the end comes", false, true],
    ["a cursor", true, false],
  ])("goes on from %s", (_, isSameCount, isMarked) => {
    const answering = rules();
    for (const text of ["a", ""]) answering.take(text);
    const partial = { ...answering.partial, text: "a", lastEventId: "" };
    answering.goOn(new RepeatedPart("none", partial), isSameCount);
    const end = () => {
      answering.end(records(1, isMarked));
    };
    if (isSameCount) expect(end).not.toThrow();
    else expect(end).toThrow(TruncatedStreamError);
  });

  it("goes on with nothing where the records say that nothing was left", () => {
    const answering = rules();
    answering.take("a");
    const partial = { ...answering.partial, text: "a", lastEventId: "" };
    answering.goOn(new RepeatedPart("none", partial), false);
    const end = () => {
      answering.end(records(1, false, false, true));
    };
    expect(end).toThrow(TruncatedStreamError);
    answering.take("");
    expect(end).not.toThrow();
  });

  it("has an end for each step, which more is waited for that promises another", () => {
    const end = (results: readonly unknown[], isOver?: boolean) => {
      const answering = rules();
      for (const result of results) answering.take(result);
      return () => {
        answering.end(records(results.length, false, false, isOver));
      };
    };
    const stop = { finishReason: "stop" };
    expect(end(["a", stop], false)).not.toThrow();
    expect(end(["a", stop, "b"])).not.toThrow();
    expect(end(["a", stop, "b"], true)).not.toThrow();
    expect(end(["a", stop, "b"], false)).toThrow(TruncatedStreamError);
    expect(end(["a", stop, "b", stop], false)).not.toThrow();
    expect(end(["a", stop, { text: "b", ...stop }], false)).not.toThrow();
  });

  it("ends at a stop sequence, whatever the provider says of its longer answer", () => {
    const parts = { stop: ["END"] };
    const call = { index: 0, id: "c", name: "f", args: '{"a"' };
    for (const finishReason of ["error", "tool_calls", "length"]) {
      expect(answer(["END", { finishReason }], parts)).toEqual([
        { text: "", finishReason: "stop" },
      ]);
    }
    const [piece, end] = answer([{ toolCalls: [call] }, "END"], parts).slice(-2);
    expect(piece?.toolCalls).toMatchObject([{ index: 0, error: expect.any(String) as string }]);
    expect(end).toMatchObject({ finishReason: "stop" });
    const grown = { text: "END\ufffd", reasoning: "so\ufffd", cumulative: true };
    expect(
      answer([grown], parts)
        .map(({ reasoning = "" }) => reasoning)
        .join(""),
    ).toBe("so");
  });

  it("is left to the server at a stop sequence, unless it came in one piece", () => {
    const [stream, whole] = [rules({ stop: ["END"] }), rules({ stop: ["END"] })];
    expect(stream.isLeft).toBe(false);
    whole.becomeWhole("parseResponse");
    for (const answering of [stream, whole]) answering.take("END");
    expect([stream.isLeft, whole.isLeft]).toEqual([true, false]);
  });

  it("needs no end where it came in one piece, and names the hook that read it", () => {
    const whole = rules({ endOfStream: "required" });
    whole.becomeWhole("parseResponse");
    whole.take("a");
    expect(() => {
      whole.end(records());
    }).not.toThrow();
    const odd = { toolCalls: [{ index: -1, name: "f" }] };
    expect(() => {
      whole.take(odd);
    }).toThrow(/^parseResponse/);
  });

  it("takes no word that all is well for an error", () => {
    expect(textOf(answer([{ text: "a", error: "none" }]))).toBe("a");
    expect(() => answer([{ text: "a", error: "no room" }])).toThrow(ModelStreamError);
  });

  it("may be gone on with by texts that each hold all so far", () => {
    const answering = rules();
    answering.take("a");
    const partial = { ...answering.partial, text: "a", lastEventId: "" };
    answering.goOn(new RepeatedPart("none", partial), false);
    for (const text of ["b", "bc"]) answering.take({ text, cumulative: true });
    answering.end(records());
    expect(textOf(answering.takeDeltas())).toBe("abc");
  });

  it("refuses what a hook may not return", () => {
    expect(() => rules().take(true)).toThrow(HookError);
    expect(() => rules().take({ txt: "a" })).toThrow(/"text"/);
    const whole = rules();
    whole.becomeWhole("parseResponse");
    expect(() => whole.take(true)).toThrow(/parseResponse/);
  });

  it("finds a stop sequence across a break, though thoughts come again before its end", () => {
    const answering = rules({ stop: ["END"], keepsReasoning: true });
    for (const delta of [{ reasoning: "so" }, { text: "a E" }]) answering.take(delta);
    const partial = { ...answering.partial, text: "a E", lastEventId: "" };
    answering.goOn(new RepeatedPart("all", partial), false);
    for (const delta of [{ reasoning: "so" }, { text: "a END" }]) answering.take(delta);
    answering.end(records());
    const deltas = answering.takeDeltas();
    expect(textOf(deltas)).toBe("a ");
    expect(deltas.map(({ reasoning = "" }) => reasoning).join("")).toBe("so");
  });

  it("compares what grows with each record from its beginning, where a cursor's server says all again", () => {
    const answering = rules();
    const grown = (text: string) => ({ text, cumulative: true });
    for (const text of ["a", "ab"]) answering.take(grown(text));
    const partial = { ...answering.partial, text: "ab", lastEventId: "2" };
    answering.goOn(new RepeatedPart("all", partial), true);
    for (const text of ["a", "ab", "abc"]) answering.take(grown(text));
    answering.end(records());
    expect(textOf(answering.takeDeltas())).toBe("abc");
  });

  it("needs an end again where one piece failed, and a stream goes on", () => {
    const answering = rules({ endOfStream: "required" });
    answering.take("a");
    answering.becomeWhole("parseResponse");
    answering.goOn(
      new RepeatedPart("none", { ...answering.partial, text: "a", lastEventId: "" }),
      false,
    );
    answering.take("b");
    expect(answering.hook).toBe("parseChunk");
    expect(() => answering.end(records())).toThrow(TruncatedStreamError);
  });
});
