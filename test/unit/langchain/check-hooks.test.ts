import { HttpStreamingChatModel, HttpStreamingLLM } from "http-streaming-llm";
import { describe, expect, it } from "vitest";
import { requireHook, requireLlmType } from "../../../src/langchain/check-hooks.js";

const require = (members: object, hook: string) => () => requireHook(members, "MyLLM", hook);

describe("requireHook", () => {
  it("takes a method, and refuses what is none", () => {
    expect(require({ parseChunk: () => "a" }, "parseChunk")).not.toThrow();
    expect(require({ parseChunk: {} }, "parseChunk")).toThrow(
      "MyLLM: parseChunk is a method, and class MyLLM has a value of type object there. Write parseChunk(…) { return …; }.",
    );
  });

  it("says where headers that never change can stand", () => {
    expect(require({ headers: { a: "b" } }, "headers")).toThrow(
      "Write headers(…) { return …; }, or give headers that never change to the constructor.",
    );
  });

  it("names the member that is probably a misspelt hook", () => {
    class Misspelt {
      parsechunk() {
        return "a";
      }
    }
    const missing = "MyLLM: the method parseChunk is missing. Define it in class MyLLM";
    expect(require(new Misspelt(), "parseChunk")).toThrow(`${missing}, which has parsechunk.`);
    expect(require({ answer: () => "a" }, "parseChunk")).toThrow(`${missing}.`);
  });
});

describe("requireLlmType", () => {
  it("asks for the method before LangChain calls it", () => {
    expect(() =>
      requireLlmType({ name: "MyLLM", prototype: { _llmType: () => "a" } }),
    ).not.toThrow();
    for (const Base of [HttpStreamingLLM, HttpStreamingChatModel]) {
      class Nameless extends (Base as unknown as new () => object) {}
      expect(() => new Nameless()).toThrow(
        'Nameless: the method _llmType is missing. Define it in class Nameless, such as _llmType() { return "my-llm"; }.',
      );
    }
  });
});
