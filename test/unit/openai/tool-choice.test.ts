import { describe, expect, it } from "vitest";
import { toOpenAIToolChoice } from "../../../src/openai/tool-choice.js";

describe("toOpenAIToolChoice", () => {
  it("says LangChain's words in OpenAI's", () => {
    const named = { type: "function", function: { name: "write" } };
    expect(["auto", "none", "required", "any", "write", undefined].map(toOpenAIToolChoice)).toEqual(
      ["auto", "none", "required", "required", named, undefined],
    );
    expect(toOpenAIToolChoice(named)).toBe(named);
    expect(toOpenAIToolChoice(null)).toBeUndefined();
  });

  it("refuses what is no choice", () => {
    expect(() => toOpenAIToolChoice(true as never)).toThrow(/tool_choice is true. Give "auto"/);
  });
});
