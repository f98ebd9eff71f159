import type { SerializableSchema } from "@langchain/core/utils/standard_schema";
import type { InteropZodType } from "@langchain/core/utils/types";

/** Any object, whether its type is an interface or not; `unknown` in place of `any` would refuse interfaces. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as LangChain has it
export type AnyObject = Record<string, any>;

/** A zod schema, another schema library's (Standard Schema), or a JSON schema: what it makes of its input counts. */
export type StructuredSchema<RunOutput extends AnyObject> =
  InteropZodType<RunOutput, unknown> | SerializableSchema<unknown, RunOutput> | AnyObject;
