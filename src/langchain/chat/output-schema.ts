import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { isSerializableSchema } from "@langchain/core/utils/standard_schema";
import { getSchemaDescription, isInteropZodSchema } from "@langchain/core/utils/types";
import { HookError } from "../../errors.js";
import { hasFields } from "../../formats/fields.js";
import { kindOf } from "../../streaming/text/class-name.js";
import type { AnyObject, StructuredSchema } from "./schema.js";

/** A schema for an answer, and what it goes by. */
export interface OutputSchema<Output extends AnyObject> {
  /** As it validates. */
  readonly schema: StructuredSchema<Output>;
  /** As it is sent. */
  readonly json: Record<string, unknown>;
  readonly name: string;
  readonly description: string | undefined;
  /** `true` if the server is to keep to it to the letter. */
  readonly strict: boolean | undefined;
}

/** The values that `type` of a JSON schema may have. */
export const JSON_TYPES: readonly unknown[] = [
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
];

/** The words of JSON schema by which it asks for something. */
const SCHEMA_WORDS: readonly string[] = [
  ...["type", "properties", "required", "additionalProperties", "patternProperties", "items"],
  ...["$ref", "anyOf", "oneOf", "allOf", "not", "if", "enum", "const"],
];

/**
 * Reads what was given as a schema: a zod, JSON or other schema, or one of OpenAI's objects with a schema in it
 * (`{ type: "json_schema", json_schema }`, `{ schema }`, a function's definition), which is taken out.
 *
 * @throws HookError for an object that is neither.
 */
export function outputSchema<Output extends AnyObject>(
  given: StructuredSchema<Output>,
  wanted: { readonly name?: string | undefined; readonly strict?: boolean | undefined },
): OutputSchema<Output> {
  if (!isInteropZodSchema(given) && !isSerializableSchema(given) && !hasFields(given)) {
    throw noSchema(kindOf(given));
  }
  const { schema, ...about } = unwrapped(given);
  const json = toJsonSchema(schema) as Record<string, unknown>;
  if (typeof json.type === "string" && !JSON_TYPES.includes(json.type)) {
    throw noSchema(`{ type: ${JSON.stringify(json.type)} }`);
  }
  // An example of the object that is wanted: every answer would fit it.
  if (!SCHEMA_WORDS.some((word) => word in json)) {
    throw noSchema("an object without a word of JSON schema, type or properties for example");
  }
  return {
    schema,
    json,
    name: wanted.name ?? about.name ?? titleOf(json) ?? "extract",
    description: about.description ?? getSchemaDescription(schema),
    strict: wanted.strict ?? about.strict,
  };
}

function noSchema(what: string): HookError {
  return new HookError(
    "withStructuredOutput",
    `withStructuredOutput was given ${what}, which is no schema. Give a zod schema, or a JSON schema such as { type: "object", properties: { … } }.`,
  );
}

interface Unwrapped<Output extends AnyObject> {
  readonly schema: StructuredSchema<Output>;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly strict?: boolean | undefined;
}

function unwrapped<Output extends AnyObject>(given: StructuredSchema<Output>): Unwrapped<Output> {
  if (isInteropZodSchema(given) || isSerializableSchema(given)) return { schema: given };
  const object = given;
  const wrapper = [object.json_schema, object.function].find(hasFields) ?? object;
  const { name, description, strict } = wrapper;
  const about = {
    name: typeof name === "string" ? name : undefined,
    description: typeof description === "string" ? description : undefined,
    strict: typeof strict === "boolean" ? strict : undefined,
  };
  // A definition of a function holds the schema of its arguments.
  if (about.name !== undefined && hasFields(wrapper.parameters)) {
    return { schema: wrapper.parameters, ...about };
  }
  const isSchema = "properties" in wrapper || "$ref" in wrapper || wrapper.type === "object";
  if (!isSchema && hasFields(wrapper.schema)) {
    return { schema: wrapper.schema, ...about };
  }
  return { schema: given };
}

/** A title is for people; only some can be the name of a tool. */
function titleOf({ title }: Record<string, unknown>): string | undefined {
  return typeof title === "string" && /^[\w-]{1,64}$/.test(title) ? title : undefined;
}
