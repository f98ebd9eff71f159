import { describe, expect, it } from "vitest";
import { JoinedFacts } from "../../../../src/langchain/chat/joined-facts.js";

function told(...all: readonly Record<string, unknown>[]): JoinedFacts {
  const facts = new JoinedFacts();
  for (const parts of all) facts.add(parts);
  return facts;
}

describe("JoinedFacts", () => {
  it("tells what is new in a fact", () => {
    const facts = told({ text: "a", list: [1, 2], fields: { a: { b: 1 } }, nothing: null });
    expect(facts.newPart("other", 0)).toBe(0);
    expect(facts.newPart("nothing", 1)).toBe(1);
    expect(facts.newPart("text", "b")).toBeUndefined();
    expect(facts.newPart("list", [1, 2])).toBeUndefined();
    expect(facts.newPart("list", [1, 2, 3])).toEqual([3]);
    expect(facts.newPart("list", [4])).toEqual([4]);
    expect(facts.newPart("fields", { a: { b: 2, c: 3 } })).toEqual({ a: { c: 3 } });
    expect(facts.newPart("fields", [1])).toBeUndefined();
  });

  it("changes nothing that it was given, nor what it gave", () => {
    const given = { list: [1], fields: { a: { b: 1 } } };
    const facts = told(given);
    const all = facts.all();
    facts.add({ list: [2], fields: { a: { c: 2 }, d: 3 } });
    expect(given).toEqual({ list: [1], fields: { a: { b: 1 } } });
    expect(all).toEqual(given);
    expect(facts.all()).toEqual({ list: [1, 2], fields: { a: { b: 1, c: 2 }, d: 3 } });
  });

  it("leaves what is no plain data as it is", () => {
    const date = new Date(0);
    expect(told({ date }).all().date).toBe(date);
    expect(told({ date: new Date(0) }, { date: { a: 1 } }).all()).toEqual({ date: { a: 1 } });
  });

  it("takes names of prototypes for names", () => {
    const named = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2}}') as object;
    const all = told({ ...named }, { ...named, fields: named }).all();
    expect(Object.getPrototypeOf(all)).toBe(Object.prototype);
    expect(Object.keys(all)).toEqual(["__proto__", "constructor", "fields"]);
  });

  it("reads a fact no deeper than a stack allows", () => {
    const nested = () => JSON.parse('{"a":'.repeat(50_000) + "1" + "}".repeat(50_000)) as unknown;
    const facts = told({ fact: nested() });
    expect(facts.newPart("fact", nested())).toBeUndefined();
    expect(facts.all()).toHaveProperty("fact.a.a.a");
  });
});
