import { describe, expect, it } from "vitest";
import { timerLength } from "../../../src/transport/connection.js";

describe("timerLength", () => {
  it("is none for never, and for what no timer can keep", () => {
    const longest = 2 ** 31 - 1;
    expect([1, longest, longest + 1, 0, -1, Infinity, Number.NaN].map(timerLength)).toEqual([
      1,
      longest,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
