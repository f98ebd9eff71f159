import { expect, it } from "vitest";
import { setOwn } from "../../../src/formats/own-field.js";

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
