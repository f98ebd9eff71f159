import { describe, expect, it } from "vitest";
import { ClonePlan } from "../../../../../src/formats/json/fast/clone-plan.js";

const template = () => ({ id: "\u00000", fixed: [1, { kept: true }], list: [{ text: "\u00001" }] });
const MARKS = ["\u00000", "\u00001"];

describe("ClonePlan", () => {
  it("copies a template with what was found in the places of the marks", () => {
    const plan = ClonePlan.of(template(), MARKS)!;
    expect(plan.copy(["a", 7])).toEqual({
      id: "a",
      fixed: [1, { kept: true }],
      list: [{ text: 7 }],
    });
  });

  it("shares nothing between two copies", () => {
    const plan = ClonePlan.of(template(), MARKS)!;
    const first = plan.copy(["a", "b"]) as ReturnType<typeof template>;
    const second = plan.copy(["a", "b"]) as ReturnType<typeof template>;
    expect(second.fixed).not.toBe(first.fixed);
    expect(second.fixed[1]).not.toBe(first.fixed[1]);
    expect(second.list[0]).not.toBe(first.list[0]);
  });

  it("needs no value for a mark that no place has", () => {
    expect(ClonePlan.of({ a: "\u00001" }, [undefined, "\u00001"])?.copy(["-", "x"])).toEqual({
      a: "x",
    });
  });

  it("is none where a mark is missing", () => {
    expect(ClonePlan.of({ a: "\u00000" }, MARKS)).toBeUndefined();
  });

  it("keeps what has settled, until it is unsettled", () => {
    const plan = ClonePlan.of(template(), MARKS)!;
    plan.settle([true, false], ["same", "first"]);
    expect(plan.copy(["other", "second"])).toMatchObject({
      id: "same",
      list: [{ text: "second" }],
    });
    plan.unsettle();
    expect(plan.copy(["other", "third"])).toMatchObject({ id: "other", list: [{ text: "third" }] });
  });
});
