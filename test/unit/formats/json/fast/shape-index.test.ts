import { describe, expect, it } from "vitest";
import { outlineOf } from "../../../../../src/formats/json/fast/outline.js";
import { Shape } from "../../../../../src/formats/json/fast/shape.js";
import { ShapeIndex } from "../../../../../src/formats/json/fast/shape-index.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

const LONG = "a long text that all records have in common";

/** The shape of records with this key, whose value differs. */
function shapeOf(key: string, values: readonly [string, string] = ['"a"', '"b"']): Shape {
  const [first, second] = values.map((value) => `{"same":"${LONG}","${key}":${value}}`);
  const shape = new Shape(outlineOf(bytesOf(first!))!, first!.length);
  shape.widen(outlineOf(bytesOf(second!))!);
  return shape;
}
const find = (index: ShapeIndex, text: string) => index.find(new Source(bytesOf(`_${text}`)), 1);

describe("ShapeIndex", () => {
  const shapes = [
    shapeOf("text"),
    shapeOf("number", ["1", "2"]),
    shapeOf("numbers", ["[1]", "[2,3]"]),
    shapeOf("textual"),
  ];
  const filled = (): ShapeIndex => {
    const index = new ShapeIndex();
    for (const shape of shapes) index.add(shape, shape.pattern!);
    return index;
  };

  it("finds the shape that a record may have", () => {
    const index = filled();
    expect(find(index, `{"same":"${LONG}","text":"x\\"y"}`)).toBe(shapes[0]);
    expect(find(index, `{"same":"${LONG}","number":-1.5}`)).toBe(shapes[1]);
    expect(find(index, `{"same":"${LONG}","numbers":[4,5,6]}`)).toBe(shapes[2]);
    expect(find(index, `{"same":"${LONG}","textual":""}`)).toBe(shapes[3]);
  });

  it.each([
    `{"same":"other","text":"x"}`,
    `{"same":"${LONG}","text":1}`,
    `{"same":"${LONG}","text":"x`,
    "",
  ])("finds none for %j", (text) => {
    expect(find(filled(), text)).toBeUndefined();
  });

  it("forgets a shape, and no other that begins alike", () => {
    const index = filled();
    index.remove(shapes[0]!.pattern!);
    expect(find(index, `{"same":"${LONG}","text":"x"}`)).toBeUndefined();
    expect(find(index, `{"same":"${LONG}","textual":"x"}`)).toBe(shapes[3]);
  });
});
