import { Validator } from "@langchain/core/utils/json_schema";
import { isSerializableSchema } from "@langchain/core/utils/standard_schema";
import { isInteropZodSchema } from "@langchain/core/utils/types";
import { JSON_TYPES } from "./output-schema.js";

/**
 * Says why a value does not fit a JSON schema; `undefined` where it does. Other schemas have been asked by LangChain's
 * parsers, which leave a JSON schema out, and so does this where its validator cannot read one.
 */
export function jsonSchemaFault(schema: object, value: unknown): string | undefined {
  if (isInteropZodSchema(schema) || isSerializableSchema(schema)) return undefined;
  try {
    const { valid, errors } = new Validator(readable(schema) as object).validate(value);
    // The last one is the innermost.
    const { instanceLocation = "#", error = "" } = errors.at(-1) ?? {};
    return valid ? undefined : `It does not fit the schema, at ${instanceLocation}: ${error}`;
  } catch {
    return undefined;
  }
}

type Schema = Readonly<Record<string, unknown>>;

/** A copy, since the validator writes into its schema, in the validator's words. */
function readable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(readable);
  if (typeof schema !== "object" || schema === null) return schema;
  const parts = Object.entries(inOwnWords(schema as Schema));
  return Object.fromEntries(
    parts.map(([name, part]) => [name, VALUES.has(name) ? part : readable(part)]),
  );
}

/** Keywords that hold values, and no schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum"]);

/** Says what other dialects have words for: OpenAPI's `nullable`, limits of draft 4, types and formats that are none. */
function inOwnWords(schema: Schema): Schema {
  const { type, nullable, format, pattern, minimum, maximum } = schema;
  const words: Record<string, unknown> = { ...schema };
  if (typeof type === "string") {
    if (!JSON_TYPES.includes(type)) delete words.type;
    else if (nullable === true) words.type = [type, "null"];
  }
  if (nullable === true && Array.isArray(schema.enum)) words.enum = [...(schema.enum as []), null];
  // No format of JSON schema's, to which the validator has a rule of its own: it refuses "http://localhost".
  if (format === "url") delete words.format;
  // One that cannot be read (Python's "(?P<year>…)") would leave the rest unchecked, too.
  if (typeof pattern === "string" && !isPattern(pattern)) delete words.pattern;
  for (const [name, limit] of [
    ["exclusiveMinimum", minimum],
    ["exclusiveMaximum", maximum],
  ] as const) {
    if (schema[name] === true) words[name] = limit;
    else if (schema[name] === false) words[name] = undefined;
  }
  return words;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
