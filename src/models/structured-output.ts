import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import {
  assembleStructuredOutputPipeline,
  createContentParser,
  createFunctionCallingParser,
} from "@langchain/core/language_models/structured_output";
import type { BaseMessage } from "@langchain/core/messages";
import type { Runnable } from "@langchain/core/runnables";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import {
  isSerializableSchema,
  type SerializableSchema,
} from "@langchain/core/utils/standard_schema";
import {
  getSchemaDescription,
  isInteropZodSchema,
  type InteropZodType,
} from "@langchain/core/utils/types";
import { HookError } from "../errors.js";

/** How a model is made to answer in the shape of a schema. */
export type StructuredOutputMethod = "functionCalling" | "jsonSchema" | "jsonMode";

/** A wish for JSON, as `buildPayload` gets it in `options.response_format`: OpenAI's shape. */
export type ResponseFormat =
  | { type: "json_object" }
  | {
      type: "json_schema";
      json_schema: {
        name: string;
        description?: string;
        schema: Record<string, unknown>;
        strict?: boolean;
      };
    };

/** What `withStructuredOutput` may be told. */
export interface StructuredOutputConfig {
  name?: string | undefined;
  method?: string | undefined;
  includeRaw?: boolean | undefined;
  strict?: boolean | undefined;
}

/** A zod schema, another schema library's (Standard Schema), or a JSON schema. */
export type StructuredSchema<RunOutput extends Record<string, unknown>> =
  InteropZodType<RunOutput> | SerializableSchema<RunOutput> | Record<string, unknown>;

/** What a method needs of a model. */
export interface StructuredOutputModel<Options> {
  /** The methods that the server knows, the preferred one first. */
  readonly structuredOutputMethods: readonly StructuredOutputMethod[];
  withConfig(options: Options): Runnable<BaseLanguageModelInput>;
}

/** Binds the schema to the model and pipes the answer through LangChain's own parser. */
export function structuredOutput<RunOutput extends Record<string, unknown>, Options>(
  model: StructuredOutputModel<Options>,
  schema: StructuredSchema<RunOutput>,
  config: StructuredOutputConfig = {},
) {
  const method = chooseMethod(model, config.method);
  const json = (
    isInteropZodSchema(schema) || isSerializableSchema(schema) ? toJsonSchema(schema) : schema
  ) as Record<string, unknown>;
  const name = config.name ?? (typeof json.title === "string" ? json.title : "extract");
  const description = getSchemaDescription(schema);
  const described = { name, ...(description !== undefined && { description }) };
  const tracing = { ls_structured_output_format: { kwargs: { method }, schema: json } };
  const strict = config.strict === undefined ? {} : { strict: config.strict };
  const definition = { ...described, parameters: json, ...strict };
  const format = { ...described, schema: json, ...strict };
  const bind = (options: object): Runnable<BaseLanguageModelInput> =>
    model.withConfig({ ...options, ...tracing } as Options);
  switch (method) {
    case "functionCalling": {
      const tools = [{ type: "function", function: definition }];
      const parser = createFunctionCallingParser<RunOutput>(schema, name);
      return assemble(bind({ tools, tool_choice: name }), parser, config);
    }
    case "jsonMode":
      return assemble(
        bind({ response_format: { type: "json_object" } }),
        createContentParser<RunOutput>(schema),
        config,
      );
    case "jsonSchema": {
      const response_format = { type: "json_schema", json_schema: format };
      return assemble(bind({ response_format }), createContentParser<RunOutput>(schema), config);
    }
  }
}

function assemble<RunOutput extends Record<string, unknown>>(
  bound: Runnable<BaseLanguageModelInput>,
  parser: Runnable<BaseMessage, RunOutput>,
  { includeRaw }: StructuredOutputConfig,
) {
  return assembleStructuredOutputPipeline<RunOutput>(bound, parser, includeRaw, "StructuredOutput");
}

function chooseMethod(
  model: StructuredOutputModel<never>,
  wanted: string | undefined,
): StructuredOutputMethod {
  const known = model.structuredOutputMethods;
  const method = wanted === undefined ? known[0] : known.find((candidate) => candidate === wanted);
  if (method !== undefined) return method;
  throw new HookError(
    "withStructuredOutput",
    `${model.constructor.name}: withStructuredOutput was asked for the method "${String(wanted)}", but this model knows ${known.join(", ")}. If the server knows it, list it in structuredOutputMethods and let buildPayload read options.response_format.`,
  );
}
