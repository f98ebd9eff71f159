import { Validator } from "@langchain/core/utils/json_schema";
import { isSerializableSchema } from "@langchain/core/utils/standard_schema";
import { isInteropZodSchema } from "@langchain/core/utils/types";

/**
 * Says why a value does not fit a JSON schema; `undefined` where it does. Other schemas have been asked by LangChain's
 * parsers, which leave a JSON schema out, and so does this where its validator cannot read one.
 */
export function jsonSchemaFault(schema: object, value: unknown): string | undefined {
  if (isInteropZodSchema(schema) || isSerializableSchema(schema)) return undefined;
  try {
    const { valid, errors } = new Validator(schema).validate(value);
    // The last one is the innermost.
    const { instanceLocation = "#", error = "" } = errors.at(-1) ?? {};
    return valid ? undefined : `It does not fit the schema, at ${instanceLocation}: ${error}`;
  } catch {
    return undefined;
  }
}
