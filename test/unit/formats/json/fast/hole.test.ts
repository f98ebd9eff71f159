import { describe, expect, it } from "vitest";
import { SpaceHole } from "../../../../../src/formats/json/fast/hole.js";

describe("SpaceHole", () => {
  it.each([
    ["x  \n\ty", 1, 4],
    ["xy", 1, 0],
    ["x  ", 1, 2],
    ["x", 1, 0],
    ["x\u00a0", 1, 0],
  ])("reads the white space of %j from %i on: %i characters", (text, start, length) => {
    const hole = new SpaceHole();
    expect(hole.read(text, start)).toBe(length);
    expect(hole.end).toBe(start + length);
  });
});
