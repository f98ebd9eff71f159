import { describe, expect, it } from "vitest";
import { bindCall } from "../../../src/langchain/bind-call.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

describe("bindCall", () => {
  it("reads all answers of a model that sets no format by one, which keeps what it learns", () => {
    class Formatless extends DeltaLLM {}
    const formatOf = (model: DeltaLLM) =>
      bindCall(
        model,
        {},
        "Hello",
        {},
        { operation: "text_completion", adapt: () => undefined, partial: () => "" },
      ).format;
    const [one, other] = [new Formatless("http://127.0.0.1"), new Formatless("http://127.0.0.1")];
    for (const model of [one, other]) Reflect.deleteProperty(model, "format");
    expect(formatOf(one).name).toBe("autoFormat");
    expect(formatOf(one)).toBe(formatOf(one));
    expect(formatOf(one)).not.toBe(formatOf(other));
  });
});
