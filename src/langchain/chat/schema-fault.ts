import { Validator } from "@langchain/core/utils/json_schema";
import { isObject } from "../../formats/fields.js";
import { isValidating, jsonType } from "./json-schema.js";

/**
 * Says why a value does not fit a JSON schema; `undefined` where it does. Other schemas have been asked by LangChain's
 * parsers, which leave a JSON schema out, and so does this where its validator cannot read one.
 */
export function jsonSchemaFault(schema: object, value: unknown): string | undefined {
  if (isValidating(schema)) return undefined;
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
  if (!isObject(schema)) return schema;
  return mapped(inOwnWords(schema as Schema), (part, name) => {
    if (VALUES.has(name)) return part;
    return SCHEMAS_BY_NAME.has(name) ? mapped(part, readable) : readable(part);
  });
}

/** Keywords that hold values, and no schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum"]);

/** Keywords that hold schemas by names of the author's, which may be words of JSON schema. */
const SCHEMAS_BY_NAME: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

function mapped(parts: unknown, map: (part: unknown, name: string) => unknown): unknown {
  if (!isObject(parts)) return parts;
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, map(part, name)]));
}

/**
 * Says what other dialects have words for: OpenAPI's `nullable`, limits of draft 4, types that are none. A `format` says
 * what a text is for and is not asserted, as JSON schema has it by default: a validator's own rules refuse "Köln" in an
 * address, and "localhost".
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-validation#section-7.2.1
 */
function inOwnWords(schema: Schema): Schema {
  const { type, nullable, pattern, minimum, maximum } = schema;
  const { format: _, ...others } = schema;
  const words: Record<string, unknown> = others;
  if (typeof type === "string") {
    const known = jsonType(type);
    if (known === undefined) delete words.type;
    else words.type = nullable === true ? [known, "null"] : known;
  }
  if (nullable === true && Array.isArray(schema.enum)) words.enum = [...(schema.enum as []), null];
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
