import { describe, expect, it } from "vitest";
import { classNameOf, kindOf, tagOf } from "../../../../src/streaming/text/class-name.js";

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

describe("kindOf", () => {
  it.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    ["a", "a string"],
    [1, "a number"],
    [() => 1, "a function"],
    [[], "an array"],
    [{}, "an object"],
    [Object.create(null), "an object"],
    [new Error("x"), "an Error"],
    [Uint8Array.of(1), "a Uint8Array"],
    [new URL("http://models.test"), "a URL"],
    [Promise.resolve(), "a Promise"],
  ])("names a value by its kind, with the right article: %#", (value, kind) => {
    expect(kindOf(value)).toBe(kind);
  });
});
