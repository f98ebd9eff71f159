import type { BasePromptValueInterface } from "@langchain/core/prompt_values";
import { HookError } from "../errors.js";
import { isObject } from "../formats/fields.js";
import { kindOf } from "../streaming/text/class-name.js";
import { MESSAGE_MARK } from "./core-members.js";

/**
 * Checks the prompt that LangChain has made of a call's input. Whatever is no input at all it hands on as it is, and a
 * text model would be asked "[object Object]".
 *
 * @throws HookError for what is no prompt.
 */
export function requirePrompt(
  prompt: BasePromptValueInterface,
  modelClass: string,
): BasePromptValueInterface {
  const { toChatMessages }: Partial<BasePromptValueInterface> = prompt ?? {};
  if (typeof toChatMessages === "function") return prompt;
  throw new HookError("input", `${modelClass}: the input is ${kindOf(prompt)}. ${instead(prompt)}`);
}

function instead(input: unknown): string {
  if (isObject(input) && MESSAGE_MARK in input)
    return "Put a message into a list, [message], or give its text.";
  const inputs = "Give a string, a list of messages, or what a prompt template makes.";
  return isObject(input)
    ? `${inputs} An object of variables goes through a template first: template.pipe(model).`
    : inputs;
}
