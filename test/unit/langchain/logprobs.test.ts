import { describe, expect, it } from "vitest";
import { GenerationAccumulator } from "../../../src/langchain/text/generation-accumulator.js";
import { toGenerationChunk } from "../../../src/langchain/text/generation-chunk.js";
import { joinLogprobs } from "../../../src/langchain/logprobs.js";
import type { StreamDelta } from "../../../src/streaming/delta/stream-delta.js";

const joined = (...pieces: unknown[]): unknown =>
  pieces.reduce((all, piece) => joinLogprobs(all, piece), undefined);

describe("joinLogprobs", () => {
  const ha = { token: "ha", logprob: 0 };

  it("joins lists, and keeps equal neighbours", () => {
    expect(joined([ha], [ha], [ha])).toEqual([ha, ha, ha]);
  });

  it("joins lists by name, some of them absent", () => {
    const pieces = [{ content: [ha], refusal: null }, { content: [ha] }, { refusal: [ha] }];
    expect(joined(...pieces)).toEqual({ content: [ha, ha], refusal: [ha] });
  });

  it("changes none of the pieces", () => {
    const pieces = [{ content: [ha] }, { content: [ha] }];
    expect(joined(...pieces)).toEqual({ content: [ha, ha] });
    expect(pieces).toEqual([{ content: [ha] }, { content: [ha] }]);
  });

  it("sets no prototype, whatever the lists are called", () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":[1]},"constructor":[1]}');
    expect(joined(hostile, hostile)).toEqual({ constructor: [1, 1] });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("the log probabilities of a text model", () => {
  it("are the same for whoever joins its chunks and for invoke", () => {
    const deltas = ["ha", "ha", "!"].map((token) => ({
      text: token,
      logprobs: { tokens: [token], token_logprobs: [-1] } satisfies StreamDelta["logprobs"],
    }));
    const collector = new GenerationAccumulator();
    for (const delta of deltas) collector.add(delta);
    const [first, ...others] = deltas.map(toGenerationChunk);
    const whole = others.reduce((sum, chunk) => sum.concat(chunk), first!);
    const info = {
      logprobs: { tokens: ["ha", "ha", "!"], token_logprobs: [-1, -1, -1] },
    };
    expect(whole.generationInfo).toEqual(info);
    expect(collector.generation().generationInfo).toEqual(info);
  });
});
