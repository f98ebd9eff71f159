import { getSchemaDescription } from "@langchain/core/utils/types";
import { hasFields } from "../../formats/fields.js";
import {
  asksForSomething,
  isValidating,
  jsonSchemaOf,
  maybeSchema,
  noSchema,
} from "./json-schema.js";
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

const HOOK = "withStructuredOutput";

/**
 * Reads what was given as a schema: a zod, JSON or other schema, or one of OpenAI's objects with a schema in it
 * (`{ type: "json_schema", json_schema }`, `{ schema }`, a function's definition), which is taken out.
 *
 * @throws HookError for what is neither, or asks for nothing.
 */
export function outputSchema<Output extends AnyObject>(
  given: StructuredSchema<Output>,
  wanted: { readonly name?: string | undefined; readonly strict?: boolean | undefined },
): OutputSchema<Output> {
  const { schema, ...about } = unwrapped(given);
  const json = jsonSchemaOf(schema, HOOK);
  const validates = isValidating(schema);
  // An example of the object that is wanted, say. One of a library may ask in code, or for anything (`z.any()`).
  if (!validates && !asksForSomething(json)) {
    throw noSchema("an object without a word of JSON schema that asks for something.", HOOK);
  }
  return {
    schema: validates ? schema : json,
    json,
    name: wanted.name ?? about.name ?? titleOf(json) ?? "extract",
    description: about.description ?? getSchemaDescription(schema),
    strict: wanted.strict ?? about.strict,
  };
}

interface Unwrapped<Output extends AnyObject> {
  readonly schema: StructuredSchema<Output>;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly strict?: boolean | undefined;
}

function unwrapped<Output extends AnyObject>(given: StructuredSchema<Output>): Unwrapped<Output> {
  if (isValidating(given) || !hasFields(given)) return { schema: given };
  const wrapper = [given.json_schema, given.function].find(hasFields) ?? given;
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
  if (!isSchema && maybeSchema(wrapper.schema)) {
    return { schema: wrapper.schema, ...about };
  }
  return { schema: given };
}

/** A title is for people; only some can be the name of a tool. */
function titleOf({ title }: Record<string, unknown>): string | undefined {
  return typeof title === "string" && /^[\w-]{1,64}$/.test(title) ? title : undefined;
}
