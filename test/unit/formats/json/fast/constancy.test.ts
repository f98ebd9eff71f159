import { describe, expect, it } from "vitest";
import { Constancy } from "../../../../../src/formats/json/fast/constancy.js";

/** How many records it takes until a trial has found constant values; up to a thousand. */
function recordsUntilFound(constancy: Constancy, values: (record: number) => string[]): number {
  for (let record = 1; record <= 1000; record++) {
    if (constancy.observe(values(record))) return record;
  }
  return Infinity;
}

describe("Constancy", () => {
  it("finds the values that stay the same, after a few records", () => {
    const constancy = new Constancy(3);
    const found = recordsUntilFound(constancy, (record) => ["id", `token ${record}`, "model"]);
    expect(found).toBeLessThan(10);
    expect(constancy.isConstant).toEqual([true, false, true]);
  });

  it("does not take values that differ for constant", () => {
    const constancy = new Constancy(2);
    expect(recordsUntilFound(constancy, (record) => [`${record}`, `${-record}`])).toBe(Infinity);
  });

  it("tries again after a rest, in which it looks at nothing", () => {
    const constancy = new Constancy(1);
    constancy.rest();
    const found = recordsUntilFound(constancy, () => ["same"]);
    expect(found).toBeGreaterThan(100);
    expect(found).toBeLessThan(200);
  });
});
