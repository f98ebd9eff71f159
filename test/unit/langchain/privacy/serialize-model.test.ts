import type { Serialized } from "@langchain/core/load/serializable";
import { describe, expect, it } from "vitest";
import {
  describeModel,
  serializeModel,
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
