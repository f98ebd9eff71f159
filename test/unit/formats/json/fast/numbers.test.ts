import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  listEnd,
  ListHole,
  numberEnd,
  NumberHole,
} from "../../../../../src/formats/json/fast/numbers.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";
import { budget } from "../../../../helpers/properties.js";

const readNumber = (text: string) => {
  const hole = new NumberHole();
  return { value: hole.read(new Source(bytesOf(`,${text}`)), 1), end: hole.end - 1 };
};
const readList = (text: string) => {
  const hole = new ListHole();
  return { value: hole.read(new Source(bytesOf(`:${text}`)), 1), end: hole.end - 1 };
};

describe("NumberHole", () => {
  it("reads what JSON.parse reads", () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    fc.assert(
      fc.property(number, (value) => {
        const text = JSON.stringify(value);
        const read = readNumber(`${text}}`);
        expect(Object.is(read.value, JSON.parse(text))).toBe(true);
        expect(read.end).toBe(text.length);
      }),
      budget(5),
    );
  });

  it.each(["0", "-0", "0.1", "123456789012345", "1234567890123456", "0.000001", "1E3", "-2.5e-7"])(
    "reads %s",
    (text) => {
      expect(Object.is(readNumber(`${text},`).value, JSON.parse(text))).toBe(true);
    },
  );

  it.each(["", "x", "-", "01", "1.", ".5", "1e", "+1", "--1", "1.2.3"])("refuses %j", (text) => {
    expect(readNumber(`${text},`).value).toBeUndefined();
  });
});

describe("ListHole", () => {
  it.each(["[]", "[0]", "[240,159,144,135]", "[1, 2]", "[-1.5,1e3]", `[${"1,".repeat(30)}2]`])(
    "reads %s",
    (text) => {
      expect(readList(`${text}}`)).toEqual({ value: JSON.parse(text), end: text.length });
    },
  );

  it.each(["", "1", "[", "[1", "[1,]", "[01]", "[,1]", "[1 2]", "[1,\n2]"])(
    "refuses %j",
    (text) => {
      expect(readList(text).value).toBeUndefined();
    },
  );
});

describe("The ends of numbers and lists", () => {
  it("are found without reading them", () => {
    expect(numberEnd(bytesOf("x-1.5e3,"), 1)).toBe(7);
    expect(numberEnd(bytesOf("x"), 1)).toBe(1);
    expect(listEnd(bytesOf("x[1,2]y]"), 1)).toBe(6);
    expect(listEnd(bytesOf("x1]"), 1)).toBe(-1);
    expect(listEnd(bytesOf("x[1"), 1)).toBe(-1);
  });
});
