import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  chooseFields,
  definedFields,
  firstFound,
  hasFields,
  isFilled,
  isObject,
  isPlain,
  ownValue,
  plainCopy,
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

describe("isObject", () => {
  it("takes lists for objects, and neither null nor functions", () => {
    for (const value of [{}, [], new Date()]) expect(isObject(value)).toBe(true);
    for (const value of [null, undefined, "", 1, () => 1]) expect(isObject(value)).toBe(false);
  });
});

describe("firstFound", () => {
  it("asks no further than it has to, and takes null for something", () => {
    const asked: number[] = [];
    const find = (item: number) => (asked.push(item), item === 2 ? null : undefined);
    expect(firstFound([1, 2, 3], find)).toBeNull();
    expect(firstFound([], find)).toBeUndefined();
    expect(asked).toEqual([1, 2]);
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

describe("isFilled", () => {
  it("is true of texts that are not empty", () => {
    expect(["a", " ", "", 1, null, undefined, ["a"]].filter(isFilled)).toEqual(["a", " "]);
  });
});

describe("plainCopy", () => {
  it("copies objects and lists, and shares what is no data", () => {
    const date = new Date(0);
    const data = JSON.parse('{"list":[{"a":1}],"__proto__":{"b":2}}') as { list: object[] };
    const copy = plainCopy({ ...data, date }) as typeof data & { date: Date };
    expect(copy).toEqual({ ...data, date });
    expect(copy.list[0]).not.toBe(data.list[0]);
    expect(copy.date).toBe(date);
    expect(Object.getPrototypeOf(plainCopy(data))).toBe(Object.prototype);
  });

  it("shares what is deeper than it was asked for", () => {
    const data = { a: { b: {} } };
    const copy = plainCopy(data, 2) as typeof data;
    expect(copy.a).not.toBe(data.a);
    expect(copy.a.b).toBe(data.a.b);
    expect(plainCopy(data, 0)).toBe(data);
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
