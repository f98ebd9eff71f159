import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import type { StreamDelta } from "../../../../src/streaming/delta/stream-delta.js";
import { checkDelta, hasContent } from "../../../../src/streaming/delta/delta-fields.js";

const check = (value: object) => () => checkDelta(value, "parseChunk");

describe("checkDelta", () => {
  it.each<[object]>([
    [{}],
    [{ text: "a", id: "1", model: "m" }],
    [{ text: 1 }],
    [{ text: null, toolCalls: [], usage: {}, logprobs: [], metadata: {}, done: false }],
    [Object.create(null) as object],
  ])("takes %j", (delta) => {
    expect(check(delta)).not.toThrow();
  });

  it.each<[object, RegExp]>([
    [{ finish_reason: "stop" }, /Did you mean "finishReason"\?/],
    [{ answer: "the text" }, /write \{ text: record.answer \}/],
    [{ toolCalls: {} }, /an object as "toolCalls", which must be an array/],
    [{ metadata: [] }, /an array as "metadata"/],
    [{ done: "yes" }, /must be a boolean/],
    [{ text: Number.NaN }, /must be a string/],
    [new Date(0), /returned a Date/],
    [new Error("x"), /returned an Error\./],
    [Uint8Array.of(1), /returned a Uint8Array\./],
    [Object("a"), /returned a String\./],
    [each([]), /returned a Generator\./],
    [Object.create(Object.create(null) as object) as object, /returned an object\./],
    [Promise.resolve("a"), /must be synchronous/],
  ])("refuses %j", (value, message) => {
    expect(check(value)).toThrow(HookError);
    expect(check(value)).toThrow(message);
  });

  it("takes no name of Object's for a field", () => {
    expect(check({ constructor: 1 })).toThrow(HookError);
  });
});

function* each<T>(values: T[]) {
  yield* values;
}

describe("hasContent", () => {
  it("is true for parts of the answer, false for facts and for nothing", () => {
    const withContent: StreamDelta[] = [
      { text: "a" },
      { reasoning: "a" },
      { refusal: "a" },
      { toolCalls: [{ index: 0 }] },
      { blocks: [{ type: "text" }] },
    ];
    expect(withContent.filter(hasContent)).toEqual(withContent);
    const without: StreamDelta[] = [
      {},
      { text: "" },
      { toolCalls: [] },
      { id: "1", usage: { inputTokens: 1 }, done: true, finishReason: "stop" },
    ];
    expect(without.filter(hasContent)).toEqual([]);
  });
});
