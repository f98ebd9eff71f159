import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { isFactsOnly, noteFactsOnly } from "../../../../src/langchain/runs/call-facts.js";

const CALL = { attempts: 1 };

describe("isFactsOnly", () => {
  it("is true for a chunk of a delta that says nothing but of its call", () => {
    const chunk = (text: string) => new GenerationChunk({ text });
    const noted = (delta: Parameters<typeof noteFactsOnly>[0]) =>
      isFactsOnly(noteFactsOnly(delta, chunk(delta.text)));
    expect(noted({ text: "", call: CALL })).toBe(true);
    expect(noted({ text: "a", call: CALL })).toBe(false);
    expect(noted({ text: "", call: CALL, finishReason: "stop" })).toBe(false);
    expect(isFactsOnly(chunk(""))).toBe(false);
  });
});
