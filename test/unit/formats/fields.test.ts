import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  chooseFields,
  definedFields,
  hasFields,
  isPlain,
  ownValue,
  setOwn,
} from "../../../src/formats/fields.js";

describe("setOwn", () => {
  it("sets a field of any name, and no prototype", () => {
    const target: Record<string, unknown> = {};
    for (const name of ["a", "__proto__", "constructor"]) setOwn(target, name, { name });
    expect(Object.entries(target)).toEqual([
      ["a", { name: "a" }],
      ["__proto__", { name: "__proto__" }],
      ["constructor", { name: "constructor" }],
    ]);
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  });
});

describe("ownValue", () => {
  it("reads what an object has itself, and nothing that it inherits", () => {
    expect(ownValue({ a: 1 }, "a")).toBe(1);
    expect(ownValue({}, "constructor")).toBeUndefined();
  });
});

describe("isPlain", () => {
  it("is true of lists and literals, and not of objects of a class", () => {
    expect([[], {}, Object.create(null) as object, runInNewContext("({})")].every(isPlain)).toBe(
      true,
    );
    expect([new URL("http://a"), new Date(), new Map(), new Error("a")].some(isPlain)).toBe(false);
  });
});

describe("hasFields", () => {
  it("is true of objects, and not of lists, null or texts", () => {
    expect([{}, new Date(), [], null, "a", undefined].map(hasFields)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("chooseFields", () => {
  it("copies what is chosen by name or value", () => {
    const fields = { a: 1, b: 2, c: 1 };
    expect(chooseFields(fields, (name) => name !== "a")).toEqual({ b: 2, c: 1 });
    expect(chooseFields(fields, (_, value) => value === 1)).toEqual({ a: 1, c: 1 });
  });
});

describe("definedFields", () => {
  it("leaves out what is undefined, and nothing else", () => {
    const kept = definedFields({ a: undefined, b: null, c: "" });
    expect(Object.entries(kept)).toEqual([
      ["b", null],
      ["c", ""],
    ]);
  });
});
