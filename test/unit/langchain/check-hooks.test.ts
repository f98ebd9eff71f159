import { HttpStreamingChatModel, HttpStreamingLLM } from "http-streaming-llm";
import { describe, expect, it } from "vitest";
import { checkHooks, requireLlmType } from "../../../src/langchain/check-hooks.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const check = (members: object) => () =>
  checkHooks(Object.assign(new DeltaLLM("http://127.0.0.1"), members), "MyLLM");

describe("checkHooks", () => {
  it("lets a model pass that has the required hooks, and leaves the others to it", () => {
    expect(check({ headers: undefined, parseError: null, countTokens: () => 1 })).not.toThrow();
  });

  it.each<[RegExp, object]>([
    [/^MyLLM: parseChunk is of type object, but it has to be a method\./, { parseChunk: {} }],
    [/^MyLLM: headers is of type object, .* headers\(\) \{ return \{/, { headers: { a: "b" } }],
    [/^MyLLM: nextRequest is of type string, but it has to be a method\./, { nextRequest: "a" }],
    [/^MyLLM: shouldRetry is of type boolean/, { shouldRetry: false }],
    [/^MyLLM: resolveEndpoint is of type string/, { resolveEndpoint: "http://127.0.0.1" }],
  ])("refuses what is no hook: %s", (message, members) => {
    expect(check(members)).toThrow(message);
  });

  it("names the member that is probably a misspelt hook", () => {
    const of = (members: object) => () => checkHooks(members, "MyLLM");
    const missing = "MyLLM: the method parseChunk is missing. Define it in class MyLLM";
    class Misspelt {
      buildPayload() {
        return {};
      }
      parsechunk() {
        return "a";
      }
    }
    expect(of(new Misspelt())).toThrow(`${missing}, which has parsechunk.`);
    expect(of({ buildPayload: () => ({}), answer: () => "a" })).toThrow(`${missing}.`);
  });
});

describe("requireLlmType", () => {
  it("asks for the method before LangChain calls it", () => {
    expect(() => requireLlmType(DeltaLLM)).not.toThrow();
    for (const Base of [HttpStreamingLLM, HttpStreamingChatModel]) {
      class Nameless extends (Base as unknown as new () => object) {}
      expect(() => new Nameless()).toThrow(
        'Nameless: the method _llmType is missing. Define it in class Nameless, such as _llmType() { return "my-llm"; }.',
      );
    }
  });
});
