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

  it.each([
    ["numbers", { index: 1 }, { index: 2 }],
    ["ids", { id: "a" }, { id: "b" }],
  ])("knows calls by their %s, wherever they stand in a record", (_, one, other) => {
    const calls = new CumulativeCalls();
    calls.newsOf([
      { ...one, name: "f", args: "[1" },
      { ...other, name: "g", args: "[2" },
    ]);
    expect(
      calls.newsOf([
        { ...other, name: "g", args: "[2,3" },
        { ...one, name: "f", args: "[1,4" },
      ]),
    ).toMatchObject([
      { ...other, args: ",3" },
      { ...one, args: ",4" },
    ]);
  });

  it("gives a call the number that the provider gave it", () => {
    const calls = new CumulativeCalls();
    expect(calls.newsOf([{ index: 3, name: "f" }])).toMatchObject([{ index: 3 }]);
  });

  it("knows a call whose id comes late by its place", () => {
    const calls = new CumulativeCalls();
    calls.newsOf([{ name: "f", args: "[1" }]);
    calls.newsOf([{ id: "a", name: "f", args: "[1,2" }]);
    expect(calls.newsOf([{ id: "a", name: "f", args: "[1,2]" }])).toMatchObject([
      { index: 0, args: "]" },
    ]);
    expect(calls.newsOf([{ id: "b", name: "g", args: "[3" }])).toMatchObject([
      { index: 1, name: "g", args: "[3" },
    ]);
  });

  it("refuses arguments that were taken back", () => {
    const calls = new CumulativeCalls();
    calls.newsOf([{ index: 0, name: "f", args: '{"a"' }]);
    expect(() => calls.newsOf([{ index: 0, name: "f", args: '{"b"' }])).toThrow(ChangedText);
  });

  it("finds each of many calls, some by their number and some by their id", () => {
    const calls = new CumulativeCalls();
    const all = (args: string) =>
      Array.from({ length: 1000 }, (_, at) =>
        at % 2 === 0
          ? { index: 9000 - at, name: "f", args }
          : { id: `call-${at}`, name: "f", args },
      );
    calls.newsOf(all("["));
    const news = calls.newsOf(all("[1"));
    expect(news.every(({ args }) => args === "1")).toBe(true);
    expect(news.at(-1)).toMatchObject({ index: 999, id: "call-999" });
  });
});
