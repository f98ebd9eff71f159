import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import { assembleStructuredOutputPipeline } from "@langchain/core/language_models/structured_output";
import type { BaseMessage } from "@langchain/core/messages";
import type { Runnable } from "@langchain/core/runnables";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { getSchemaDescription } from "@langchain/core/utils/types";
import { HookError } from "../errors.js";
import { AnswerParser } from "./answer-parser.js";
import type { AnyObject, StructuredSchema } from "./schema.js";

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

/** What a method needs of a model. */
export interface StructuredOutputModel<Options> {
  /** The methods that the server knows, the preferred one first. */
  readonly structuredOutputMethods?: readonly StructuredOutputMethod[];
  withConfig(options: Options): Runnable<BaseLanguageModelInput>;
}

/** Binds the schema to the model and pipes the answer through LangChain's own parser. */
export function structuredOutput<RunOutput extends AnyObject, Options>(
  model: StructuredOutputModel<Options>,
  schema: StructuredSchema<RunOutput>,
  config: StructuredOutputConfig = {},
) {
  const method = chooseMethod(model, config.method);
  const { name, description, json } = describe(schema, config.name);
  const about = {
    name,
    ...(description !== undefined && { description }),
    ...(config.strict !== undefined && { strict: config.strict }),
  };
  const tracing = { ls_structured_output_format: { kwargs: { method }, schema: json } };
  const assemble = (options: object, parser: Runnable<BaseMessage, RunOutput>) =>
    assembleStructuredOutputPipeline<RunOutput>(
      model.withConfig({ ...options, ...tracing } as Options),
      parser,
      config.includeRaw,
      "StructuredOutput",
    );
  switch (method) {
    case "functionCalling": {
      const tools = [{ type: "function", function: { ...about, parameters: json } }];
      return assemble({ tools, tool_choice: name }, AnswerParser.ofToolCall(schema, name));
    }
    case "jsonMode": {
      const response_format = { type: "json_object" };
      return assemble({ response_format }, AnswerParser.ofContent(schema));
    }
    case "jsonSchema": {
      const response_format = { type: "json_schema", json_schema: { ...about, schema: json } };
      return assemble({ response_format }, AnswerParser.ofContent(schema));
    }
  }
}

/** A schema as JSON schema, and the name and description it goes by. */
interface DescribedSchema {
  name: string;
  description: string | undefined;
  json: Record<string, unknown>;
}

function describe(
  schema: StructuredSchema<AnyObject>,
  wantedName: string | undefined,
): DescribedSchema {
  const json = toJsonSchema(schema) as Record<string, unknown>;
  const description = getSchemaDescription(schema);
  // A function definition of OpenAI's, which holds the schema, is taken where a schema is.
  if (typeof json.name === "string" && isObject(json.parameters)) {
    return { name: wantedName ?? json.name, description, json: json.parameters };
  }
  const { title } = json;
  // A title is for people; only some can be the name of a tool.
  const isName = typeof title === "string" && /^[\w-]{1,64}$/.test(title);
  return { name: wantedName ?? (isName ? title : "extract"), description, json };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function chooseMethod(
  model: StructuredOutputModel<never>,
  wanted: string | undefined,
): StructuredOutputMethod {
  const known = model.structuredOutputMethods ?? ["functionCalling"];
  const method = wanted === undefined ? known[0] : known.find((candidate) => candidate === wanted);
  if (method !== undefined) return method;
  throw new HookError(
    "withStructuredOutput",
    `${model.constructor.name}: withStructuredOutput was asked for the method "${String(wanted)}", but this model knows ${known.join(", ")}. If the server knows it, list it in structuredOutputMethods and let buildPayload read options.response_format.`,
  );
}
