import { describe, expect, it } from "vitest";
import { outlineOf } from "../../../../../src/formats/json/fast/outline.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

const leavesOf = (text: string) =>
  outlineOf(bytesOf(text))!.leaves.map((leaf) => [leaf.kind, leaf.text]);

describe("outlineOf", () => {
  it("is the text without what may differ: strings, numbers, lists of numbers and white space", () => {
    const text = '{"id": "a\\"b", "n":-1.5,"bytes":[1, 2],"x":[true,"y",[3]]}';
    expect(outlineOf(bytesOf(text))!.skeleton).toBe(
      '{"id":"","n":0,"bytes":[0],"x":[true,"",[0]]}',
    );
    expect(leavesOf(text)).toEqual([
      ["space", " "],
      ["string", 'a\\"b'],
      ["space", " "],
      ["number", "-1.5"],
      ["numbers", "[1, 2]"],
      ["string", "y"],
      ["numbers", "[3]"],
    ]);
  });

  it("says where in the skeleton each leaf stands", () => {
    const { skeleton, leaves } = outlineOf(bytesOf('{"a":"x","b":7}'))!;
    expect(leaves.map(({ at }) => skeleton.slice(at, at + 1))).toEqual(['"', "0"]);
  });

  it("is the same for records that differ in leaves only, and another for other keys", () => {
    const skeleton = (text: string) => outlineOf(bytesOf(text))!.skeleton;
    expect(skeleton('{"a":"x","b":[1]}')).toBe(skeleton('{ "a" : "", "b":[2,3]}'));
    expect(skeleton('{"a":"x"}')).not.toBe(skeleton('{"b":"x"}'));
    expect(skeleton('{"a":null}')).not.toBe(skeleton('{"a":true}'));
  });

  it("is none for what is nested too deep to be copied by recursion", () => {
    expect(outlineOf(bytesOf("[".repeat(64) + "]".repeat(64)))).toBeDefined();
    expect(outlineOf(bytesOf("[".repeat(65) + "]".repeat(65)))).toBeUndefined();
  });
});
