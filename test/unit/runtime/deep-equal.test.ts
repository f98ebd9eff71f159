import { describe, expect, it } from "vitest";
import { isDeepEqual } from "../../../src/runtime/deep-equal.js";

class Point {
  constructor(readonly x: number) {}
}
const circle = (): object => {
  const value: Record<string, unknown> = { a: [1] };
  value.self = value;
  return value;
};

describe("isDeepEqual", () => {
  it.each<[unknown, unknown]>([
    [Number.NaN, Number.NaN],
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
    [new Map([[{ k: 1 }, 2]]), new Map([[{ k: 1 }, 2]])],
    [new Set([1, { a: 2 }]), new Set([{ a: 2 }, 1])],
    [Uint8Array.of(1), Uint8Array.of(1)],
    [new Date(1), new Date(1)],
    [circle(), circle()],
  ])("is true for %o and %o", (a, b) => {
    expect(isDeepEqual(a, b)).toBe(true);
  });

  it.each<[unknown, unknown]>([
    [0, -0],
    [null, {}],
    [[1], { 0: 1 }],
    [new Point(1), { x: 1 }],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [/a/g, /a/],
    [new Set([1]), new Set([2])],
    [new Error("a"), new Error("b")],
    [Uint8Array.of(1), Uint8Array.of(2)],
  ])("is false for %o and %o", (a, b) => {
    expect(isDeepEqual(a, b)).toBe(false);
    expect(isDeepEqual(b, a)).toBe(false);
  });
});
