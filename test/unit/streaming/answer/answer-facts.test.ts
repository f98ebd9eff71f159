import { describe, expect, it } from "vitest";
import { AnswerFacts } from "../../../../src/streaming/answer/answer-facts.js";

describe("AnswerFacts", () => {
  it("gives id and model once, the first that came", () => {
    const facts = new AnswerFacts();
    expect(facts.newIn({ text: "a", id: "" })).toBeUndefined();
    expect(facts.newIn({ id: "1" })).toEqual({ id: "1" });
    expect(facts.newIn({ id: "2", model: "m" })).toEqual({ model: "m" });
    expect(facts.newIn({ id: "1", model: "m" })).toBeUndefined();
    expect(facts.id).toBe("1");
  });

  it("gives of the metadata what is new, or has another value than before", () => {
    const facts = new AnswerFacts();
    const metadata = { a: { b: [1] }, c: null };
    expect(facts.newIn({ metadata })).toEqual({ metadata: { a: { b: [1] } } });
    expect(facts.newIn({ metadata: structuredClone(metadata) })).toBeUndefined();
    expect(facts.newIn({ metadata: { ...metadata, c: 2 } })).toEqual({ metadata: { c: 2 } });
  });
});
