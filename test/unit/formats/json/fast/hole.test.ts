import { describe, expect, it } from "vitest";
import { SpaceHole } from "../../../../../src/formats/json/fast/hole.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

describe("SpaceHole", () => {
  it.each([
    ["x  \ty", 1, 3],
    ["x \n y", 1, 1],
    ["xy", 1, 0],
    ["x  ", 1, 2],
    ["x", 1, 0],
    ["x\u00a0", 1, 0],
  ])("reads the white space of %j from %i on: %i bytes", (text, start, length) => {
    const hole = new SpaceHole();
    expect(hole.read(new Source(bytesOf(text)), start)).toBe(length);
    expect(hole.end).toBe(start + length);
  });
});
