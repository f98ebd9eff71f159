import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { GenerationChunk } from "@langchain/core/outputs";
import { FakeTracer } from "@langchain/core/utils/testing";
import { describe, expect, it } from "vitest";
import type { RunManager } from "../../../../src/langchain/runs/run.js";
import { noteFactsOnly } from "../../../../src/langchain/runs/call-facts.js";
import {
  notify,
  showsTokens,
  tokenCallback,
  wantsTokens,
} from "../../../../src/langchain/runs/token-callback.js";

const handler = (methods: object) => BaseCallbackHandler.fromMethods(methods);
const withTokens = handler({ handleLLMNewToken: () => undefined });
const without = handler({ handleLLMEnd: () => undefined });

/** A run that writes down the tokens that it is told. */
function run(...handlers: BaseCallbackHandler[]) {
  const told: unknown[] = [];
  const handleLLMNewToken = async (text: string, index: object, ...rest: unknown[]) => {
    told.push([text, index, rest.at(-1)]);
  };
  return { told, manager: { handlers, handleLLMNewToken } as unknown as RunManager };
}

describe("wantsTokens and showsTokens", () => {
  it("go by what the handlers take", () => {
    const of = (...handlers: BaseCallbackHandler[]) => [
      wantsTokens({ handlers }),
      showsTokens({ handlers }),
    ];
    expect(of()).toEqual([false, false]);
    expect(of(without)).toEqual([false, false]);
    expect(of(without, withTokens)).toEqual([true, true]);
    expect([wantsTokens(undefined), showsTokens(undefined)]).toEqual([false, false]);
  });

  it("take a tracer for somebody who only writes down", () => {
    expect(showsTokens({ handlers: [new FakeTracer()] })).toBe(false);
  });
});

describe("tokenCallback", () => {
  it("is none where nobody listens", () => {
    expect(tokenCallback(run(without).manager)).toBeUndefined();
    expect(tokenCallback(undefined)).toBeUndefined();
  });

  it("tells the chunk, and which prompt it answers", async () => {
    const { manager, told } = run(withTokens);
    const chunk = new GenerationChunk({ text: "a" });
    await tokenCallback(manager, 2)!(chunk);
    expect(told).toEqual([["a", { prompt: 2, completion: 0 }, { chunk }]]);
  });

  it("has LangChain wait for a handler that may raise, also in a run of its own", () => {
    const raising = Object.assign(handler({ handleLLMNewToken: () => undefined }), {
      raiseError: true,
    });
    tokenCallback(run(raising).manager);
    expect(raising.awaitHandlers).toBe(true);
  });

  it("tells nothing of a chunk that is no token", async () => {
    const { manager, told } = run(withTokens);
    const delta = { text: "", call: { attempts: 1 } };
    await notify(manager, noteFactsOnly(delta, new GenerationChunk({ text: "" })));
    expect(told).toEqual([]);
  });
});
