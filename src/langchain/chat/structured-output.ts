import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import { assembleStructuredOutputPipeline } from "@langchain/core/language_models/structured_output";
import type { BaseMessage } from "@langchain/core/messages";
import { RunnableLambda, type Runnable } from "@langchain/core/runnables";
import { HookError } from "../../errors.js";
import { StructuredAnswerParser } from "./structured-answer-parser.js";
import { kindOf } from "../../streaming/text/class-name.js";
import { outputSchema } from "./output-schema.js";
import type { AnyObject, StructuredSchema } from "./schema.js";
import { modelClassOf } from "../model-class.js";

/** The way in which a model is made to answer in the shape of a schema. */
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

/** Options of `withStructuredOutput`. */
export interface StructuredOutputConfig {
  name?: string | undefined;
  method?: string | undefined;
  includeRaw?: boolean | undefined;
  strict?: boolean | undefined;
}

/** The parts of a model that a method needs. */
export interface StructuredOutputModel<Options> {
  /** The methods that the server knows, the preferred one first. */
  readonly structuredOutputMethods?: readonly StructuredOutputMethod[];
  /** Gives a runnable of the model. */
  withConfig(options: Options): object;
}

/** Binds the schema to the model and pipes the answer through LangChain's own parser. */
export function structuredOutput<RunOutput extends AnyObject, Options>(
  model: StructuredOutputModel<Options>,
  given: StructuredSchema<RunOutput>,
  config: StructuredOutputConfig = {},
) {
  const method = chooseMethod(model, config.method);
  const { schema, name, description, strict, json } = outputSchema(given, config);
  const about = {
    name,
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  };
  const tracing = { ls_structured_output_format: { kwargs: { method }, schema: json } };
  const assemble = (options: object, parser: Runnable<BaseMessage, RunOutput>) =>
    assembleStructuredOutputPipeline<RunOutput>(
      model.withConfig({ ...options, ...tracing } as Options) as Runnable<BaseLanguageModelInput>,
      config.includeRaw === true ? orNull(parser) : parser,
      config.includeRaw,
      "StructuredOutput",
    );
  switch (method) {
    case "functionCalling": {
      const tools = [{ type: "function", function: { ...about, parameters: json } }];
      return assemble(
        { tools, tool_choice: name },
        StructuredAnswerParser.ofToolCall(schema, name),
      );
    }
    case "jsonMode": {
      const response_format = { type: "json_object" };
      return assemble({ response_format }, StructuredAnswerParser.ofContent(schema));
    }
    case "jsonSchema": {
      const response_format = { type: "json_schema", json_schema: { ...about, schema: json } };
      return assemble({ response_format }, StructuredAnswerParser.ofContent(schema));
    }
  }
}

/**
 * Gives `null` for an object that is none, where the message is given too: LangChain's `invoke` does, and its `stream`
 * fails.
 */
function orNull<Output extends AnyObject>(
  parser: Runnable<BaseMessage, Output>,
): Runnable<BaseMessage, Output> {
  const none = RunnableLambda.from(() => null) as unknown as Runnable<BaseMessage, Output>;
  return parser.withFallbacks({ fallbacks: [none] });
}

const METHODS: readonly unknown[] = ["functionCalling", "jsonSchema", "jsonMode"];

/** @throws HookError for what is no list of methods. */
function knownMethods({
  structuredOutputMethods: given,
  constructor: { name },
}: StructuredOutputModel<never>): readonly StructuredOutputMethod[] {
  if (given === undefined || given === null) return ["functionCalling"];
  const isList = Array.isArray(given) && given.length > 0;
  if (isList && (given as unknown[]).every((one) => METHODS.includes(one))) return given as [];
  const got = Array.isArray(given) ? JSON.stringify(given) : kindOf(given);
  throw new HookError(
    "structuredOutputMethods",
    `${name}: structuredOutputMethods is ${got}. It has to be a list of ${METHODS.join(", ")}, or of some of them, as a field or a getter.`,
  );
}

function chooseMethod(
  model: StructuredOutputModel<never>,
  wanted: string | undefined,
): StructuredOutputMethod {
  const known = knownMethods(model);
  const method = wanted === undefined ? known[0] : known.find((candidate) => candidate === wanted);
  if (method !== undefined) return method;
  throw new HookError(
    "withStructuredOutput",
    `${modelClassOf(model)}: withStructuredOutput was asked for the method "${String(wanted)}", but this model knows ${known.join(", ")}. If the server knows it, list it in structuredOutputMethods and let buildPayload read options.response_format.`,
  );
}
