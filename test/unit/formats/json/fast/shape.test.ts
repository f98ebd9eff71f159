import { describe, expect, it } from "vitest";
import { outlineOf } from "../../../../../src/formats/json/fast/outline.js";
import { Shape } from "../../../../../src/formats/json/fast/shape.js";

const LONG = "this-text-stays-the-same-in-all-records";
const record = (token: string): string => `{"id":"${LONG}","token":"${token}"}`;
const shapeOf = (text: string): Shape => new Shape(outlineOf(text)!, text.length);

describe("Shape", () => {
  it("has a pattern from the second record on", () => {
    const shape = shapeOf(record("a"));
    expect(shape.pattern).toBeUndefined();
    shape.widen(outlineOf(record("b"))!);
    const text = record("c");
    expect(shape.pattern?.match(text, 0, text.length)).toEqual(JSON.parse(text));
    expect(shape.pattern?.parts.kinds).toEqual(["string"]);
  });

  it("keeps its pattern where a record has nothing new", () => {
    const shape = shapeOf(record("a"));
    shape.widen(outlineOf(record("b"))!);
    const { pattern } = shape;
    shape.widen(outlineOf(record("c"))!);
    expect(shape.pattern).toBe(pattern);
  });

  it("learns of white space that only some records have", () => {
    const shape = shapeOf(record("a"));
    shape.widen(outlineOf(record("b").replace(",", ", "))!);
    for (const text of [record("c"), record("d").replace(",", ",  ")]) {
      expect(shape.pattern?.match(text, 0, text.length)).toEqual(JSON.parse(text));
    }
  });

  it("has none where all of it differs", () => {
    const shape = shapeOf('{"a":"x","b":1,"c":2}');
    shape.widen(outlineOf('{"a":"y","b":2,"c":3}')!);
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
