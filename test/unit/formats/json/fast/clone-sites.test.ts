import { describe, expect, it } from "vitest";
import {
  copyArray,
  copyObject,
  copyPlace,
  type Json,
  type JsonObject,
  type Part,
} from "../../../../../src/formats/json/fast/clone-sites.js";

const place = (index: number): Part => {
  return { copy: copyPlace, copies: 0, template: {}, index, keys: [], members: [] };
};
const objectPart = (template: JsonObject, members: Record<string, Part>): Part => {
  const keys = Object.keys(members);
  return {
    copy: copyObject,
    copies: 0,
    template,
    index: -1,
    keys,
    members: Object.values(members),
  };
};
const copy = (part: Part, found: (string | number)[]): Json => part.copy(part, found);

describe("copyObject", () => {
  it("puts in what was found, in the order of the template's keys", () => {
    const part = objectPart({ a: "", b: 1 }, { a: place(1) });
    expect(JSON.stringify(copy(part, ["x", "y"]))).toBe('{"a":"y","b":1}');
  });

  it("gives the same from a place of its own, for many shapes", () => {
    const parts = Array.from({ length: 100 }, (_, shape) => {
      const key = `key${shape}`;
      const inner = objectPart({ at: 0 }, { at: place(0) });
      return objectPart({ [key]: {}, text: "" }, { [key]: inner, text: place(1) });
    });
    for (const [shape, part] of parts.entries()) {
      for (let count = 0; count < 600; count++) copy(part, [count, "x"]);
      expect(copy(part, [7, "t"])).toEqual({ [`key${shape}`]: { at: 7 }, text: "t" });
    }
    expect(parts.some((part) => part.copy !== copyObject)).toBe(true);
  });

  it("does not change its template", () => {
    const template = { a: "mark" };
    copy(objectPart(template, { a: place(0) }), ["found"]);
    expect(template).toEqual({ a: "mark" });
  });
});

describe("copyArray", () => {
  it("makes a new list, with what was found", () => {
    const template = ["", 2, ""] as unknown as JsonObject;
    const part = { ...objectPart(template, {}), copy: copyArray };
    part.keys = [0, 2];
    part.members = [place(0), place(1)];
    expect(copy(part, ["a", "b"])).toEqual(["a", 2, "b"]);
    expect(template).toEqual(["", 2, ""]);
  });
});
