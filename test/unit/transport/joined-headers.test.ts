import { describe, expect, it } from "vitest";
import { joinHeaders } from "../../../src/transport/joined-headers.js";

describe("joinHeaders", () => {
  it("joins what comes more than once, under any name", () => {
    expect(
      joinHeaders([
        ["A", "1"],
        ["a", ["2", "3"]],
        ["b", undefined],
      ]),
    ).toEqual({ a: "1, 2, 3" });
    expect(Object.keys(joinHeaders([["__proto__", "x"]]))).toEqual(["__proto__"]);
  });
});
