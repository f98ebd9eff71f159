import { HookError, HttpStreamingChatModel, HttpStreamingLLM } from "http-streaming-llm";
import { describe, expect, it } from "vitest";
import {
  refuseOverrides,
  requireFields,
  requireHook,
  requireLlmType,
} from "../../../src/langchain/check-hooks.js";

const require = (members: object, hook: string) => () => requireHook(members, "MyLLM", hook);

describe("requireHook", () => {
  it("takes a method, and refuses what is none", () => {
    expect(require({ parseChunk: () => "a" }, "parseChunk")).not.toThrow();
    expect(require({ parseChunk: {} }, "parseChunk")).toThrow(
      "parseChunk is a method, and class MyLLM has a value of type object there. Write parseChunk(…) { return …; }.",
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
    const missing = "the method parseChunk is missing. Define it in class MyLLM";
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

describe("requireFields", () => {
  it.each<[unknown, string]>([
    ["http://models.test", "a string"],
    [null, "null"],
    [["http://models.test"], "an array"],
    [5, "a number"],
  ])("refuses %j in place of the constructor's fields", (fields, kind) => {
    expect(() => {
      requireFields(fields, "MyLLM");
    }).toThrow(
      `MyLLM: the constructor takes an object of fields, such as { maxRetries: 3 }, not ${kind}.`,
    );
    for (const Base of [HttpStreamingLLM, HttpStreamingChatModel]) {
      class Model extends (Base as unknown as new (fields: unknown) => object) {
        _llmType() {
          return "model";
        }
      }
      expect(() => new Model(fields)).toThrow(HookError);
      expect(() => new Model({})).not.toThrow();
    }
  });
});

describe("refuseOverrides", () => {
  class Base {
    invokeSync() {
      return "";
    }
    _call() {
      return "";
    }
  }
  const refusal = (model: object) => () => {
    refuseOverrides(model);
  };

  it.each(["_call", "_generate", "_stream", "_astream", "_streamResponseChunks"])(
    "refuses a class that has %s itself, and one that extends it",
    (name) => {
      class Mine extends Base {}
      class Below extends Mine {}
      expect(refusal(new Below())).not.toThrow();
      Object.defineProperty(Mine.prototype, name, { value: () => "mine" });
      for (const model of [new Mine(), new Below()]) {
        expect(refusal(model)).toThrow(HookError);
        expect(refusal(model)).toThrow(`${name} is written by the base class`);
      }
    },
  );

  it.each(["_call", "_generate", "_stream"] as const)("takes a spy on the class's %s", (name) => {
    class Traced extends Base {
      // Gives the class nothing of that name.
    }
    const original: unknown = Reflect.get(Traced.prototype, name);
    const spy = function (this: object, ...given: unknown[]): unknown {
      return Reflect.apply(original as () => unknown, this, given);
    };
    Object.defineProperty(Traced.prototype, name, { value: spy });
    expect(refusal(new Traced())).not.toThrow();
  });

  it("takes the base's own, and what a test has put on one object", () => {
    expect(refusal(new Base())).not.toThrow();
    expect(refusal(Object.assign(new Base(), { _call: () => "spied" }))).not.toThrow();
  });
});
