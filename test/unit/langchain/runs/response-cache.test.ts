import { InMemoryCache } from "@langchain/core/caches";
import { GenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { answerCache } from "../../../../src/langchain/runs/response-cache.js";

const KIND = {
  replay: ({ text }: { text: string }) => new GenerationChunk({ text: `${text}!` }),
  output: (chunk: GenerationChunk) => chunk.text.length,
};

describe("answerCache", () => {
  it("finds what it has stored, as one chunk, an output and a result", async () => {
    const cache = new InMemoryCache(new Map());
    const entry = (text?: string) =>
      answerCache(
        cache,
        ["prompt", "parameters"],
        () => (text === undefined ? undefined : new GenerationChunk({ text })),
        KIND,
      );
    expect(await entry().lookup()).toBeUndefined();
    await entry().store();
    expect(await entry().lookup()).toBeUndefined();
    await entry("abc").store();
    const found = await entry().lookup();
    expect(found).toMatchObject({ chunk: { text: "abc!" }, output: 4 });
    expect(found?.result.generations).toEqual([[found?.chunk]]);
  });
});
