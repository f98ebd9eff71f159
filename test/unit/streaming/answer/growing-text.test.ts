import { describe, expect, it } from "vitest";
import { ChangedText, GrowingText } from "../../../../src/streaming/answer/growing-text.js";

describe("GrowingText", () => {
  it("gives what is new, and holds half a character back until it is whole", () => {
    const text = new GrowingText("text");
    expect(text.hasBegun).toBe(false);
    expect(["a", "ab\ufffd", "", null, undefined, "abé"].map((all) => text.newsOf(all))).toEqual([
      "a",
      "b",
      "",
      "",
      "",
      "é",
    ]);
    expect(text.hasBegun).toBe(true);
    text.newsOf("abéc\ufffd");
    expect(text.rest()).toBe("\ufffd");
  });

  it("refuses a text that says something else, and names its field", () => {
    const args = new GrowingText("args");
    args.newsOf("abc");
    expect(() => args.newsOf("abd")).toThrow(ChangedText);
    expect(() => args.newsOf("abd")).toThrow('"cumulative" says that args holds all of it so far');
  });
});
