import type { BindToolsInput } from "@langchain/core/language_models/chat_models";
import type { ToolDefinition } from "@langchain/core/language_models/base";
import { convertToOpenAITool, isLangChainTool } from "@langchain/core/utils/function_calling";
import { HookError } from "../../errors.js";
import { isObject } from "../../formats/fields.js";
import { shown } from "../../streaming/text/shown.js";
import { jsonSchemaOf, maybeSchema } from "./json-schema.js";

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
  const definition = definitionOf(tool);
  if (definition !== undefined && isNamed(definition)) return definition;
  throw new HookError(
    "bindTools",
    `bindTools was given ${shown(tool)}, which is no tool. ${WHAT_IS_ONE}`,
  );
}

const WHAT_IS_ONE =
  'Give LangChain tools, { name, description, schema }, or { type: "function", function: { name, parameters } }.';

function definitionOf(tool: unknown): BoundTool | undefined {
  if (!isObject(tool)) return undefined;
  if (isLangChainTool(tool)) {
    // Some of LangChain's own objects pass for tools, and have none.
    const { name, description, schema } = tool as Record<
      "name" | "description" | "schema",
      unknown
    >;
    if (schema === undefined) return convertToOpenAITool(tool);
    return functionTool(name as string, description, schema);
  }
  const { type, name, description, schema, parameters, input_schema } = tool as Record<
    string,
    unknown
  >;
  if (type === "function" && "function" in tool) return tool as ToolDefinition;
  if (typeof type === "string" && type !== "function") return tool as BoundTool;
  const given = schema ?? parameters ?? input_schema;
  if (typeof name !== "string" || !maybeSchema(given)) return undefined;
  return functionTool(name, description, given);
}

function functionTool(name: string, description: unknown, schema: unknown): ToolDefinition {
  const parameters = jsonSchemaOf(schema, "bindTools");
  return {
    type: "function",
    function: { name, ...(typeof description === "string" && { description }), parameters },
  };
}

/** A tool that the server runs itself goes by its type. */
function isNamed(definition: BoundTool): boolean {
  const { type, function: called } = definition as { type: string; function?: unknown };
  if (type !== "function") return type !== "";
  const { name } = (called ?? {}) as { name?: unknown };
  return typeof name === "string" && name !== "";
}

/**
 * Tools as `buildPayload` gets them; `strict` for all that do not say themselves how strict they are.
 *
 * @throws HookError when this is no list, or something in it is no tool.
 */
export function toToolDefinitions(
  tools: readonly BindToolsInput[],
  strict: boolean | undefined,
): BoundTool[] {
  if (!Array.isArray(tools)) {
    const words = `bindTools takes a list of tools, and was given ${shown(tools)}. ${WHAT_IS_ONE}`;
    throw new HookError("bindTools", words);
  }
  const definitions = (tools as readonly BindToolsInput[]).map(toToolDefinition);
  if (strict === undefined) return definitions;
  return definitions.map((tool) =>
    tool.function === undefined ? tool : { ...tool, function: { strict, ...tool.function } },
  );
}
