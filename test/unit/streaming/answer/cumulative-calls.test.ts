import { describe, expect, it } from "vitest";
import { CumulativeCalls } from "../../../../src/streaming/answer/cumulative-calls.js";
import { ChangedText } from "../../../../src/streaming/answer/growing-text.js";

describe("CumulativeCalls", () => {
  it("gives what is new in calls that grow side by side", () => {
    const calls = new CumulativeCalls();
    calls.newsOf([{ id: "a", name: "f", args: '{"x' }]);
    expect(
      calls.newsOf([
        { id: "a", name: "f", args: '{"x":1}' },
        { id: "b", name: "g", args: { y: 2 } },
      ]),
    ).toEqual([
      { index: 0, id: "a", name: undefined, args: '":1}' },
      { index: 1, id: "b", name: "g", args: { y: 2 } },
    ]);
  });

  it("refuses arguments that were taken back", () => {
    const calls = new CumulativeCalls();
    calls.newsOf([{ index: 0, name: "f", args: '{"a"' }]);
    expect(() => calls.newsOf([{ index: 0, name: "f", args: '{"b"' }])).toThrow(ChangedText);
  });
});
