import type { ToolChoice } from "@langchain/core/language_models/chat_models";

/** A `tool_choice` in the form OpenAI-compatible servers take. */
export type OpenAIToolChoice =
  "auto" | "none" | "required" | { type: "function"; function: { name: string } };

/**
 * LangChain's `tool_choice` for an OpenAI-compatible payload: `"any"` is `"required"` there, and a tool's
 * name an object. Other objects go as they are.
 */
export function toOpenAIToolChoice(
  choice: ToolChoice | undefined,
): OpenAIToolChoice | Record<string, unknown> | undefined {
  if (choice === undefined || typeof choice === "object") return choice;
  if (choice === "auto" || choice === "none" || choice === "required") return choice;
  if (choice === "any") return "required";
  return { type: "function", function: { name: choice } };
}
