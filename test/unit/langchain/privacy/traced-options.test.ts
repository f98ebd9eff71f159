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

  it("shows no credential of such an option", () => {
    const options = conceal({ extras: { top_k: 2, apiKey: "s-1" } });
    const shown = tracedOptions(model, options, []);
    expect(shown.extras).toMatchObject({ top_k: 2 });
    expect(JSON.stringify(shown)).not.toContain("s-1");
  });
});
