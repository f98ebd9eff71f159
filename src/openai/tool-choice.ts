import type { ToolChoice } from "@langchain/core/language_models/chat_models";
import { HookError } from "../errors.js";

/** A `tool_choice` in the form OpenAI-compatible servers take. */
export type OpenAIToolChoice =
  "auto" | "none" | "required" | { type: "function"; function: { name: string } };

/**
 * LangChain's `tool_choice` for an OpenAI-compatible payload: `"any"` is `"required"` there, and a tool's
 * name an object. Other objects go as they are.
 *
 * @throws HookError for what is none of these, `true` for example.
 */
export function toOpenAIToolChoice(
  choice: ToolChoice | null | undefined,
): OpenAIToolChoice | Record<string, unknown> | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (typeof choice === "object") return choice;
  if (typeof choice !== "string") {
    throw new HookError(
      "buildPayload",
      `tool_choice is ${String(choice)}. Give "auto", "none", "any", or the name of a tool.`,
    );
  }
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (choice === "any") return "required";
  return { type: "function", function: { name: choice } };
}
