import { AIMessage } from "@langchain/core/messages";
import { RunnableLambda } from "@langchain/core/runnables";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText, isData } from "../../../../src/langchain/privacy/canonical-text.js";

class Point {
  readonly #z: number;
  constructor(
    public x: number,
    z = 0,
  ) {
    this.#z = z;
  }
  get z(): number {
    return this.#z;
  }
}
class Money {
  constructor(readonly cents: bigint) {}
  toJSON(): string {
    return String(this.cents);
  }
}
class Price extends Money {}

const circular: Record<string, unknown> = { a: 1 };
circular.self = circular;
const form = (value: string) => {
  const data = new FormData();
  data.set("a", value);
  return data;
};

/** Each another value, made anew each time. */
const VALUES: (() => unknown)[] = [
  () => "1",
  () => 1,
  () => 1n,
  () => NaN,
  () => Infinity,
  () => -Infinity,
  () => null,
  () => "null",
  () => undefined,
  () => true,
  () => [],
  () => [undefined],
  () => [[]],
  () => ({}),
  () => ({ a: null }),
  () => new Map(),
  () => new Map([["a", 1]]),
  () => new Map([["a", 2]]),
  () => new Set(),
  () => new Set(["a"]),
  () => /a/,
  () => /a/g,
  () => "/a/",
  () => new Date(1),
  () => new Date(NaN),
  () => new URL("https://a.test/?b"),
  () => "https://a.test/?b",
  () => new URLSearchParams("a=1"),
  () => new Headers({ a: "1" }),
  () => form("1"),
  () => form("2"),
  () => new Uint8Array([1]),
  () => new Uint8Array([2]),
  () => new Uint16Array([1]),
  () => new Uint8Array([1]).buffer,
  () => new Uint8Array([2]).buffer,
  () => new SharedArrayBuffer(1),
  () => new SharedArrayBuffer(2),
  () => new Uint8Array([1, 2, 3]).subarray(1, 2),
  () => new DataView(new Uint8Array([9]).buffer),
  () => new Money(1n),
  () => new Money(2n),
  () => new Price(2n),
  () => Object.assign(Object.create({ toJSON: () => "2" }), { constructor: "none" }) as unknown,
  () => new AIMessage("a"),
  () => new AIMessage("b"),
  () => circular,
];

describe("canonicalText", () => {
  it("is another for another value, and the same for an equal one", () => {
    const texts = VALUES.map((value) => canonicalText(value()));
    // The bytes of a part of a buffer are those of a buffer of their own.
    expect(new Set(texts).size).toBe(texts.length - 1);
    expect(VALUES.map((value) => canonicalText(value()))).toEqual(texts);
  });

  it("is the JSON of what has one", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.stringify(value);
        expect(canonicalText(JSON.parse(json))).toBe(json);
      }),
    );
  });

  it("leaves out fields without a value, as JSON does, and those that do not count", () => {
    expect(canonicalText({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(canonicalText({ a: 1, b: { a: 2, c: 3 } }, (name) => name !== "a")).toBe(
      '{"b":{"c":3}}',
    );
  });

  it("knows functions and objects of classes by which one they are, and by their fields", () => {
    const point = new Point(1);
    const before = canonicalText({ point });
    expect(canonicalText({ point })).toBe(before);
    expect(canonicalText({ point: new Point(1, 2) })).not.toBe(before);
    point.x = 2;
    expect(canonicalText({ point })).not.toBe(before);
    const f = () => 1;
    expect(canonicalText(f)).toBe(canonicalText(f));
    expect(canonicalText(f)).not.toBe(canonicalText(() => 1));
    const [one, other] = [RunnableLambda.from(() => 1), RunnableLambda.from(() => 1)];
    expect(canonicalText(one)).not.toBe(canonicalText(other));
  });

  it("ends for what is nested deeper than any program can follow", () => {
    let deep: unknown[] = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(canonicalText(deep)).toBe(canonicalText(deep));
  });
});

describe("isData", () => {
  it("is what a value is read for", () => {
    for (const value of [1, "a", null, {}, [], new Map(), new Uint8Array(1), new Date(0)]) {
      expect(isData(value)).toBe(true);
    }
    for (const value of [() => 1, new Point(1), new Money(1n)]) expect(isData(value)).toBe(false);
  });
});
