import { describe, expect, it } from "vitest";
import { modelClassOf, nameOfClass } from "../../../src/langchain/model-class.js";

class Model {
  readonly id = 1;
}

describe("modelClassOf", () => {
  it("is the name of the class", () => {
    expect(modelClassOf(new Model())).toBe("Model");
    expect(nameOfClass(Model)).toBe("Model");
  });

  it("is that of the nearest class that has one", () => {
    const model = new (class extends class extends Model {} {})();
    expect(model.constructor.name).toBe("");
    expect(modelClassOf(model)).toBe("Model");
  });
});
