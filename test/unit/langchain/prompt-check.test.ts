import { HumanMessage } from "@langchain/core/messages";
import { ChatPromptValue, StringPromptValue } from "@langchain/core/prompt_values";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { requirePrompt } from "../../../src/langchain/prompt-check.js";

describe("requirePrompt", () => {
  it("gives a prompt back", () => {
    for (const prompt of [new StringPromptValue("x"), new ChatPromptValue([])]) {
      expect(requirePrompt(prompt, "MyLLM")).toBe(prompt);
    }
  });

  it.each<[unknown, RegExp]>([
    [{ question: "secret" }, /^MyLLM: the input is an object\. .*template\.pipe\(model\)/],
    [new HumanMessage("secret"), /is a HumanMessage\. Put a message into a list, \[message\]/],
    [undefined, /is undefined\. Give a string, a list of messages/],
    [null, /is null\./],
    [5, /is a number\./],
    [() => "secret", /is a function\./],
  ])("refuses what is none: %#", (input, message) => {
    const check = () => requirePrompt(input as never, "MyLLM");
    expect(check).toThrow(HookError);
    expect(check).toThrow(message);
    expect(check).not.toThrow(/secret/);
  });
});
