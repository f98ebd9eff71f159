import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import {
  adaptGenerationChunk,
  replayGeneration,
  StreamedGenerationChunk,
  toGenerationChunk,
  tokenOf,
} from "../../../../src/langchain/text/generation-chunk.js";
import { TextDelta } from "../../../../src/streaming/delta/delta.js";

describe("adaptGenerationChunk", () => {
  it("recognises LangChain's chunk", () => {
    const chunk = new GenerationChunk({ text: "a", generationInfo: { b: 1 } });
    expect(adaptGenerationChunk(chunk)).toEqual({ text: "a", metadata: { b: 1 } });
    expect(adaptGenerationChunk({ text: "a" })).toBeUndefined();
  });

  it("takes LangChain's words for the end and for lists that are joined as a delta's own", () => {
    const generationInfo = { finish_reason: "error", logprobs: { content: [1] } };
    expect(adaptGenerationChunk(new GenerationChunk({ text: "a", generationInfo }))).toEqual({
      text: "a",
      finishReason: "error",
      logprobs: { content: [1] },
      metadata: { finish_reason: "error" },
    });
  });
});

describe("toGenerationChunk", () => {
  it("keeps what is not text as information", () => {
    expect(toGenerationChunk(new TextDelta("a")).generationInfo).toBeUndefined();
    const delta = { text: "a", id: "1", metadata: { region: "eu" }, call: { attempts: 1 } };
    expect(toGenerationChunk(delta).generationInfo).toEqual({ id: "1", region: "eu", attempts: 1 });
  });
});

describe("StreamedGenerationChunk", () => {
  it("joins reasoning", () => {
    const pieces = [{ reasoning: "h" }, {}, { reasoning: "m" }, { region: "eu" }];
    const [first, ...rest] = pieces.map(
      (generationInfo) => new StreamedGenerationChunk({ text: "", generationInfo }),
    );
    const all = rest.reduce((joined, chunk) => joined.concat(chunk), first!);
    expect(all.generationInfo).toEqual({ reasoning: "hm", region: "eu" });
  });

  it("joins text, information and log probabilities", () => {
    const chunk = (text: string, info: object) =>
      new StreamedGenerationChunk({ text, generationInfo: { ...info } });
    const whole = chunk("a", { id: "1", logprobs: { content: [1] } }).concat(
      chunk("b", { finishReason: "stop", logprobs: { content: [2] } }),
    );
    expect(whole).toMatchObject({
      text: "ab",
      generationInfo: { id: "1", finishReason: "stop", logprobs: { content: [1, 2] } },
    });
    expect(chunk("a", {}).concat(chunk("b", {})).text).toBe("ab");
  });
});

describe("replayGeneration and tokenOf", () => {
  it("cost nothing, and are nothing where there is no text", () => {
    const cached = { text: "a", generationInfo: { usage: { inputTokens: 1 }, model: "m" } };
    expect(replayGeneration(cached).generationInfo).toEqual({ model: "m", tokenUsage: {} });
    expect([tokenOf({ text: "a" }), tokenOf({ text: "" })]).toEqual(["a", undefined]);
  });
});
