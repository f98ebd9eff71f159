import { describe, expect, it } from "vitest";
import { classNameOf, tagOf } from "../../../../src/streaming/text/class-name.js";

describe("tagOf", () => {
  it("names built-in classes, and what is made of them", () => {
    class Pairs extends Map {}
    expect([{}, [], new Map(), new Pairs(), new FormData()].map(tagOf)).toEqual([
      "Object",
      "Array",
      "Map",
      "Map",
      "FormData",
    ]);
  });
});

describe("classNameOf", () => {
  it("names the class, else what an object is", () => {
    class Answer {
      text = "";
    }
    expect([new Answer(), new Date(), Object.create(null) as object].map(classNameOf)).toEqual([
      "Answer",
      "Date",
      "Object",
    ]);
    expect(classNameOf({ constructor: "none" })).toBe("Object");
    const nameless = (function* () {})();
    expect(classNameOf(nameless)).toBe("Generator");
  });
});
