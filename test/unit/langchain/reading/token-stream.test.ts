import { IterableReadableStream } from "@langchain/core/utils/stream";
import { describe, expect, it } from "vitest";
import { TokenStream } from "../../../../src/langchain/reading/token-stream.js";

/** Tokens, and whether their generator has ended. */
function tokens(...all: string[]) {
  const state = { ended: false };
  const generator = (async function* (): AsyncGenerator<string, void, undefined> {
    try {
      yield* all;
    } finally {
      state.ended = true;
    }
  })();
  return { generator, state };
}

describe("TokenStream", () => {
  it("is a stream of LangChain's, and a loop over it gives the tokens", async () => {
    const stream = TokenStream.over(tokens("a", "b").generator);
    expect(stream).toBeInstanceOf(IterableReadableStream);
    const given: string[] = [];
    for await (const token of stream) given.push(token);
    expect(given).toEqual(["a", "b"]);
  });

  it("ends the answer when it is left", async () => {
    const { generator, state } = tokens("a", "b");
    for await (const _ of TokenStream.over(generator)) break;
    expect(state.ended).toBe(true);
  });

  it("may be read by a reader, and cancelled", async () => {
    const { generator, state } = tokens("a", "b");
    const reader = TokenStream.over(generator).getReader();
    expect(await reader.read()).toEqual({ done: false, value: "a" });
    await reader.cancel();
    expect(state.ended).toBe(true);
  });
});
