import type { Serialized } from "@langchain/core/load/serializable";
import { describe, expect, it } from "vitest";
import {
  describeModel,
  serializeModel,
  withoutSecrets,
} from "../../../../src/langchain/privacy/serialize-model.js";

class Model {
  readonly endpoint = "https://user:pass@models.test/v1?key=s-1";
  constructor(readonly lc_kwargs: object) {}
}
const model = new Model({
  temperature: 0.5,
  apiKey: "s-2",
  headers: { authorization: "s-3" },
  maxRetries: 1,
  callbacks: [],
});

describe("describeModel", () => {
  it("says what identifies a model, and no credential", () => {
    const described = describeModel(model);
    expect(described).toMatchObject({ endpoint: "https://models.test/v1", temperature: 0.5 });
    expect(JSON.stringify(described)).not.toMatch(/s-[123]|pass/);
  });
});

describe("withoutSecrets", () => {
  it("puts LangChain's mark in their place, and leaves out what is no data", () => {
    expect(
      withoutSecrets({
        accessToken: "s",
        extraHeaders: { "X-Key": "s" },
        url: "https://u:p@host.test/?q=s",
        list: [1, () => 1, { password: "s" }],
        when: new Date(),
      }),
    ).toEqual({
      accessToken: { lc: 1, type: "secret", id: ["ACCESS_TOKEN"] },
      extraHeaders: { "X-Key": { lc: 1, type: "secret", id: ["X_KEY"] } },
      url: "https://host.test/",
      list: [1, { password: { lc: 1, type: "secret", id: ["PASSWORD"] } }],
    });
  });

  it("takes credentials and the query out of addresses, and leaves others as they are written", () => {
    const address = "https://user:pass@a.test/x?key=1";
    for (const [value, shown] of [
      [address, "https://a.test/x"],
      [new URL(address), "https://a.test/x"],
      ["https://user@a.test/", "https://a.test/"],
      ["https://a.test/?key=1", "https://a.test/"],
      ["https://a.test", "https://a.test"],
      ["https://", "https://"],
      ["a: b?c", "a: b?c"],
    ] as const) {
      expect(withoutSecrets({ value, list: [value] })).toEqual({ value: shown, list: [shown] });
    }
  });

  it("ends where an object is inside itself", () => {
    const value: Record<string, unknown> = { a: 1 };
    value.self = value;
    expect(JSON.stringify(withoutSecrets({ value }))).toContain("[Circular]");
  });
});

describe("serializeModel", () => {
  const serialized = (kwargs: Record<string, unknown>) =>
    ({ lc: 1, type: "constructor", id: ["m"], kwargs }) satisfies Serialized;
  const fallback = () => ({ lc: 1, type: "not_implemented", id: ["m"] }) satisfies Serialized;

  it("is LangChain's form without credentials", () => {
    const { kwargs } = serializeModel(() => serialized({ apiKey: "s", a: 1 }), fallback) as {
      kwargs: object;
    };
    expect(kwargs).toMatchObject({ a: 1, apiKey: { type: "secret" } });
  });

  it("is the fallback where LangChain cannot make one", () => {
    const failing = (): never => {
      throw new RangeError("too deep");
    };
    expect(serializeModel(failing, fallback)).toMatchObject({ type: "not_implemented" });
    const broken = (): never => {
      throw new TypeError("x");
    };
    expect(() => serializeModel(broken, fallback)).toThrow(TypeError);
  });
});
