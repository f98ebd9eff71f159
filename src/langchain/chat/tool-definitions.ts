import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { ToolDefinition } from "@langchain/core/language_models/base";
import { convertToOpenAITool, isLangChainTool } from "@langchain/core/utils/function_calling";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { HookError } from "../../errors.js";

/** A tool as it reaches `buildPayload`; the second form is a tool that the server runs itself. */
export type BoundTool =
  ToolDefinition | ({ type: string; function?: never } & Record<string, unknown>);

/**
 * A tool as `buildPayload` gets it: `{ type: "function", function: { name, description, parameters } }`, the
 * definition that OpenAI-compatible servers take, with `parameters` as JSON schema. From LangChain tools, from
 * `{ name, description, schema }` with a zod, JSON or other schema, and from definitions of that shape. A tool of
 * another `type`, which the server runs itself, goes as it is.
 *
 * @throws HookError when it is none of these.
 */
export function toToolDefinition(tool: BindToolsInput): BoundTool {
  if (isLangChainTool(tool)) return convertToOpenAITool(tool);
  const { type, name, description, schema, parameters, input_schema } = tool as Record<
    string,
    unknown
  >;
  if (type === "function" && "function" in tool) return tool as ToolDefinition;
  if (typeof type === "string" && type !== "function") return tool as BoundTool;
  const given = schema ?? parameters ?? input_schema;
  if (typeof name !== "string" || typeof given !== "object" || given === null) {
    throw new HookError(
      "bindTools",
      'bindTools was given something that is no tool. Give LangChain tools, { name, description, schema }, or { type: "function", function: { name, parameters } }.',
    );
  }
  return {
    type: "function",
    function: {
      name,
      ...(typeof description === "string" && { description }),
      parameters: toJsonSchema(given),
    },
  };
}

/** Tools as `buildPayload` gets them; `strict` for all that do not say themselves how strict they are. */
export function toToolDefinitions(
  tools: readonly BindToolsInput[],
  strict: boolean | undefined,
): BoundTool[] {
  const definitions = tools.map(toToolDefinition);
  if (strict === undefined) return definitions;
  return definitions.map((tool) =>
    tool.function === undefined ? tool : { ...tool, function: { strict, ...tool.function } },
  );
}
