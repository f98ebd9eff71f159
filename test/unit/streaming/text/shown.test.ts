import { expect, it } from "vitest";
import { shown } from "../../../../src/streaming/text/shown.js";

it("shows texts in quotes and by their beginning, plain values as they are, and the rest by its kind", () => {
  expect(["2", 2, null, undefined, 1n, true].map(shown)).toEqual([
    '"2"',
    "2",
    "null",
    "undefined",
    "1",
    "true",
  ]);
  expect(shown("x".repeat(100))).toBe(`"${"x".repeat(40)}"`);
  expect([[1], { a: 1 }, () => 1].map(shown)).toEqual(["an array", "an object", "a function"]);
});
