import { describe, expect, it } from "vitest";
import { outlineOf } from "../../../../../src/formats/json/fast/outline.js";
import { Shape } from "../../../../../src/formats/json/fast/shape.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";

const LONG = "this-text-stays-the-same-in-all-records";
const record = (token: string): string => `{"id":"${LONG}","token":"${token}"}`;
const outline = (text: string) => outlineOf(bytesOf(text))!;
const shapeOf = (text: string): Shape => new Shape(outline(text), text.length);

describe("Shape", () => {
  it("has a pattern from the second record on", () => {
    const shape = shapeOf(record("a"));
    expect(shape.pattern).toBeUndefined();
    shape.widen(outline(record("b")));
    const text = record("c");
    expect(shape.pattern?.match(new Source(bytesOf(text)), 0)).toEqual(JSON.parse(text));
    expect(shape.pattern?.parts.kinds).toEqual(["string"]);
  });

  it("keeps its pattern where a record has nothing new", () => {
    const shape = shapeOf(record("a"));
    shape.widen(outline(record("b")));
    const { pattern } = shape;
    shape.widen(outline(record("c")));
    expect(shape.pattern).toBe(pattern);
  });

  it("learns of white space that only some records have", () => {
    const shape = shapeOf(record("a"));
    shape.widen(outline(record("b").replace(",", ", ")));
    for (const text of [record("c"), record("d").replace(",", ",  ")]) {
      expect(shape.pattern?.match(new Source(bytesOf(text)), 0)).toEqual(JSON.parse(text));
    }
  });

  it("has none where all of it differs", () => {
    const shape = shapeOf('[1,"a",2,"b"]');
    shape.widen(outline('[2,"b",3,"c"]'));
    expect(shape.pattern).toBeUndefined();
  });

  it("expects after itself what came there lately, more than once", () => {
    const [shape, other] = [shapeOf("{}"), shapeOf("[]")];
    expect(shape.next).toBe(shape);
    for (let times = 0; times < 3; times++) shape.precede(other);
    expect(shape.next).toBe(other);
    shape.precede(shape);
    expect(shape.next).toBe(other);
    shape.forget(other);
    expect(shape.next).toBe(shape);
  });

  it("counts half of what was of use before", () => {
    const shape = shapeOf("{}");
    shape.uses = 5;
    shape.age();
    expect(shape.uses).toBe(2);
  });
});
