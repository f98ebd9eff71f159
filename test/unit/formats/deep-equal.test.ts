import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeepEqual } from "../../../src/formats/deep-equal.js";
import { budget } from "../../helpers/properties.js";

class Point {
  constructor(readonly x: number) {}
}

describe("isDeepEqual", () => {
  it("judges what JSON can say as Node does", () => {
    const someValue = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(someValue, someValue, fc.clone(someValue, 2), (a, b, [c, copy]) => {
        expect(isDeepEqual(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(isDeepEqual(c, copy)).toBe(true);
      }),
      budget(),
    );
  });

  const date = new Date(1);
  it.each<[unknown, unknown]>([
    [Number.NaN, Number.NaN],
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    [{ at: date }, { at: new Date(1) }],
    [[new Date(Number.NaN)], [new Date(Number.NaN)]],
    [new Point(1), new Point(1)],
    [{ bytes: Uint8Array.of(1) }, { bytes: Uint8Array.of(1) }],
    [{ a: [1] }, runInNewContext("({ a: [1] })")],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 1 }],
  ])("is true for %o and %o", (a, b) => {
    expect(isDeepEqual(a, b)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [0, -0],
    [null, {}],
    [[1], { 0: 1 }],
    [[], { length: 0 }],
    [[undefined], new Array(1)],
    [new Point(1), { x: 1 }],
    [new Point(1), new Point(2)],
    [new Date(1), new Date(2)],
    [new Date(1), { ...new Date(1) }],
    [new Map([[1, 2]]), new Map([[1, 2]])],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [new URL("http://a"), new URL("http://b")],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
  ])("is false for %o and %o", (a, b) => {
    expect(isDeepEqual(a, b)).toBe(false);
    expect(isDeepEqual(b, a)).toBe(false);
  });

  it("comes to an end in what holds itself", () => {
    const ring = (rest: object): object => {
      const one: Record<string, unknown> = { list: [] as unknown[], ...rest };
      one.self = one;
      (one.list as unknown[]).push(one, one);
      return one;
    };
    expect(isDeepEqual(ring({}), ring({}))).toBe(true);
    expect(isDeepEqual(ring({ a: 1 }), ring({ a: 2 }))).toBe(false);
    expect(isDeepEqual(ring({}), { list: [{}, {}], self: {} })).toBe(false);
  });

  it("ends whatever the depth, and takes no longer for each object that is deep", () => {
    const nested = (depth: number, innermost: unknown): unknown => {
      let value = innermost;
      for (let at = 0; at < depth; at++) value = [value];
      return value;
    };
    expect(isDeepEqual(nested(900, 1), nested(900, 1))).toBe(true);
    expect(isDeepEqual(nested(900, 1), nested(900, 2))).toBe(false);
    expect(isDeepEqual(nested(200_000, 1), nested(200_000, 1))).toBe(false);
    const many = () => Array.from({ length: 100_000 }, () => ({}));
    expect(isDeepEqual(nested(900, many()), nested(900, many()))).toBe(true);
  });

  it("compares an object again that stands in two places", () => {
    const shared = { a: 1 };
    expect(isDeepEqual([shared, shared], [{ a: 1 }, { a: 1 }])).toBe(true);
    expect(isDeepEqual([shared, shared], [{ a: 1 }, { a: 2 }])).toBe(false);
  });
});
