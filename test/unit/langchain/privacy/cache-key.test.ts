import { describe, expect, it } from "vitest";
import { cacheKey, type KeyedModel } from "../../../../src/langchain/privacy/cache-key.js";

abstract class Base implements KeyedModel {
  endpoint: string | URL = "http://models.test/";
  lc_kwargs: object = {};
  _llmType(): string {
    return "model";
  }
  _identifyingParams(): Record<string, unknown> {
    return {};
  }
}
class Model extends Base {}

const key = (options: object, fields: object = {}, conversation?: string) =>
  cacheKey(Object.assign(new Model(), fields), Base, options, conversation);

describe("cacheKey", () => {
  it("counts what changes the answer, not how it travels", () => {
    expect(key({ temperature: 1 })).not.toBe(key({ temperature: 2 }));
    expect(key({ timeouts: { idle: 1 }, signal: AbortSignal.abort() })).toBe(key({}));
    expect(key({ writer: () => 0, store: new Map(), configurable: { thread_id: 1 } })).toBe(
      key({}),
    );
    expect(key({}, { endpoint: "http://models.test/?model=a" })).not.toBe(key({}));
    expect(key({}, {}, "a")).not.toBe(key({}, {}, "b"));
  });

  it("counts the data of public fields, and of the constructor's", () => {
    const keys = [
      key({}),
      key({}, { model: "a" }),
      key({}, { allowed: new Set(["a"]) }),
      key({}, { allowed: new Set(["b"]) }),
      key({}, { penalty: NaN }),
      key({}, { penalty: null }),
      key({}, { lc_kwargs: { model: "a" } }),
      key({}, { lc_kwargs: { seed: 5n } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    const others = { clock: () => 0, client: new Model(), apiKey: "k", headers: { a: "b" } };
    expect(key({}, { ...others, nested: { apiKey: "1" } })).toBe(
      key({}, { nested: { apiKey: "2" } }),
    );
  });

  it("counts a credential among the options, and shows none", () => {
    const one = key({ apiKey: "s-1" });
    expect(one).not.toBe(key({ apiKey: "s-2" }));
    expect(one).toBe(key({ apiKey: "s-1" }));
    expect(one).toMatch(/^model:[0-9a-f]{64}$/);
  });

  it("tells classes apart that have one name", () => {
    const classes = [
      class Same extends Base {
        buildPayload() {
          return 1;
        }
      },
      class Same extends Base {
        buildPayload() {
          return 2;
        }
      },
      class Same extends Model {},
    ];
    const keys = classes.map((Same) => cacheKey(new Same(), Base, {}));
    expect(new Set(keys).size).toBe(3);
    expect(cacheKey(new classes[0]!(), Base, {})).toBe(keys[0]);
  });

  it("takes what an author says of the model by any value", () => {
    class Own extends Base {
      constructor(readonly own: () => unknown) {
        super();
      }
      override _identifyingParams() {
        return { own: this.own(), hook: () => 0 };
      }
    }
    const of = (own: () => unknown) => cacheKey(new Own(own), Base, {});
    expect(of(() => 5n)).not.toBe(of(() => 6n));
    expect(of(() => 5n)).toBe(of(() => 5n));
  });

  it("takes an endpoint that is none for one without a query", () => {
    expect(key({}, { endpoint: "nowhere" })).toBe(key({}, { endpoint: "elsewhere" }));
  });
});
