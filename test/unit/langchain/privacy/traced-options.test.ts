import { describe, expect, it } from "vitest";
import { conceal } from "../../../../src/langchain/privacy/concealed-options.js";
import { tracedOptions } from "../../../../src/langchain/privacy/traced-options.js";

const model = {
  _identifyingParams: () => ({ model: "a", temperature: 0, extras: { top_k: 1 } }),
  _llmType: () => "test",
};

describe("tracedOptions", () => {
  it("shows the options that it is asked for, where they say something", () => {
    const options = { stop: ["."], tools: [], seed: 1, tool_choice: undefined };
    expect(tracedOptions(model, options, ["stop", "tool_choice"])).toEqual({
      model: "a",
      temperature: 0,
      extras: { top_k: 1 },
      _type: "test",
      stop: ["."],
    });
  });

  it("lets an option count before the field of its name", () => {
    const options = { model: "b", temperature: undefined, seed: 1, _type: "x" };
    expect(tracedOptions(model, options, [])).toEqual({
      model: "b",
      temperature: 0,
      extras: { top_k: 1 },
      _type: "test",
    });
  });

  it("names the model as `model`: by an option, by a field of the class, or by one of the constructor", () => {
    const named = (fields: object, options: object, own: object = {}) =>
      tracedOptions({ ...model, _identifyingParams: () => ({ ...fields }), ...own }, options, []);
    expect(named({}, {}, { model: "field" })).toEqual({ model: "field", _type: "test" });
    expect(named({ model: "given" }, {}, { model: "field" })).toMatchObject({ model: "field" });
    expect(named({}, { model: "asked" }, { model: "field" })).toMatchObject({ model: "asked" });
    expect(named({ modelName: "given" }, {})).toMatchObject({ model: "given", modelName: "given" });
    const carried = conceal({ modelName: "asked" });
    expect(named({ modelName: "given" }, carried)).toMatchObject({ model: "asked" });
    expect(named({}, {}, { model: "https://user:s-1@h/m?key=s-2" }).model).toBe("https://h/m");
    expect(named({}, {}, { model: { id: "m" } })).toEqual({ _type: "test" });
  });

  it("shows no credential of such an option", () => {
    const options = conceal({ extras: { top_k: 2, apiKey: "s-1" } });
    const shown = tracedOptions(model, options, []);
    expect(shown.extras).toMatchObject({ top_k: 2 });
    expect(JSON.stringify(shown)).not.toContain("s-1");
  });
});
