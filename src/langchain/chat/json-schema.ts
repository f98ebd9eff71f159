import { toJsonSchema } from "@langchain/core/utils/json_schema";
import {
  isSerializableSchema,
  isStandardJsonSchema,
  isStandardSchema,
} from "@langchain/core/utils/standard_schema";
import { isInteropZodSchema } from "@langchain/core/utils/types";
import { HookError } from "../../errors.js";
import { hasFields } from "../../formats/fields.js";
import { shown } from "../../streaming/text/shown.js";
import { messageOf } from "../../transport/network-failure.js";
import { danglingRef } from "./schema-refs.js";

/** The values that `type` of a JSON schema may have. */
const JSON_TYPES: readonly string[] = [
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
];

/** The words of JSON schema by which it asks for something, and that no example of an object is likely to have. */
const ASKING: readonly string[] = /* @__PURE__ */ [
  ["type", "properties", "required", "additionalProperties", "patternProperties", "items"],
  ["propertyNames", "minProperties", "maxProperties", "unevaluatedProperties"],
  ["dependentRequired", "dependentSchemas", "prefixItems", "unevaluatedItems"],
  ["$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "not", "if", "enum", "const"],
].flat();

/** The words by which a JSON schema that has no `type` is known to be one. */
const KEYWORDS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  /* @__PURE__ */ [
    ASKING,
    ["$schema", "$id", "$anchor", "$defs", "$comment", "definitions", "title", "description"],
    ["default", "examples", "nullable", "contains", "format", "pattern", "minimum", "maximum"],
  ].flat(),
);

/** The type of JSON schema that a word says: some dialects, as Gemini's, have them in capitals. */
export function jsonType(word: string): string | undefined {
  const type = word.toLowerCase();
  return JSON_TYPES.includes(type) ? type : undefined;
}

/** Says that a JSON schema asks for something: any answer would fit an example of one. */
export function asksForSomething(schema: object): boolean {
  return ASKING.some((word) => word in schema);
}

/** Says that an object is a schema of a library, or that it may be a JSON schema. Some libraries' are functions. */
export function maybeSchema(value: unknown): value is object {
  return hasFields(value) || isOfLibrary(value);
}

/** Says that LangChain's parsers validate by this schema: zod's, or another library's that has a JSON form, too. */
export function isValidating(schema: unknown): boolean {
  return isInteropZodSchema(schema) || isSerializableSchema(schema as object);
}

function isOfLibrary(value: unknown): boolean {
  return isInteropZodSchema(value) || isStandardSchema(value) || isStandardJsonSchema(value);
}

/**
 * A schema as a server reads it: zod's and other libraries' as they write it, a JSON schema as it is.
 *
 * @throws HookError as {@link requireSchema}, and where a library finds a part that JSON cannot say.
 */
export function jsonSchemaOf(schema: unknown, hook: string): Record<string, unknown> {
  requireSchema(schema, hook);
  try {
    return toJsonSchema(schema);
  } catch (error) {
    // LangChain's way through a schema of zod 4 has no end where one holds itself by a getter. zod's own has.
    const isEndless = error instanceof RangeError && isStandardJsonSchema(schema);
    if (isEndless) return schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
    throw noSchema(`a schema that has no JSON form: ${messageOf(error)}.`, hook, { cause: error });
  }
}

/**
 * Refuses what has no JSON form: a server would be sent a library's inner fields, and any answer would fit.
 *
 * @param hook the method that was given the schema.
 * @throws HookError for what is no schema, has no JSON form, or refers to what is not in it.
 */
function requireSchema(schema: unknown, hook: string): asserts schema is object {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw noSchema(fault, hook);
}

/**
 * The error for what is no schema.
 *
 * @param fault what was given, in a sentence.
 */
export function noSchema(fault: string, hook: string, options?: ErrorOptions): HookError {
  return new HookError(
    hook,
    `${hook} was given ${fault} Give a zod schema, or a JSON schema such as { type: "object", properties: { … } }.`,
    options,
  );
}

function schemaFault(schema: unknown): string | undefined {
  if (isInteropZodSchema(schema) || isStandardJsonSchema(schema)) return undefined;
  if (isStandardSchema(schema)) {
    return `a schema of ${schema["~standard"].vendor} that has no JSON form. Its library may add one, as toStandardJsonSchema() of @valibot/to-json-schema does.`;
  }
  if (!hasFields(schema)) return `${shown(schema)} as a schema.`;
  const { type } = schema;
  if (typeof type === "string" && jsonType(type) === undefined) {
    return `{ type: ${JSON.stringify(type)} }, which is no schema.`;
  }
  if (Object.values(schema).some(isOfLibrary)) {
    return "an object of schemas, which is none itself: put it into z.object( … ) or the like.";
  }
  const names = Object.keys(schema);
  if (type === undefined && names.length > 0 && !names.some((name) => KEYWORDS.has(name))) {
    return `an object with ${names.slice(0, 3).join(", ")}, and no word of JSON schema.`;
  }
  const ref = danglingRef(schema);
  return ref === undefined
    ? undefined
    : `a schema that refers to ${shown(ref)}, which is not in it: put that under its $defs, too.`;
}
