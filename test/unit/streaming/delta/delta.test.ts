import { describe, expect, it } from "vitest";
import { TextDelta } from "../../../../src/streaming/delta/delta.js";

describe("TextDelta", () => {
  it("is a delta that holds its text, and nothing else", () => {
    expect({ ...new TextDelta("a") }).toEqual({ text: "a" });
  });
});
