/** JSON schemas of what a runnable takes and gives, as far as LangChain.js knows them. */
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseLanguageModel } from "@langchain/core/language_models/base";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { BasePromptTemplate } from "@langchain/core/prompts";
import { RunnableBinding, RunnableSequence, type Runnable } from "@langchain/core/runnables";

export type Schema = Readonly<Record<string, unknown>>;

const MESSAGE = {
  type: "object",
  required: ["content", "type"],
  properties: {
    content: { anyOf: [{ type: "string" }, { type: "array" }] },
    type: { type: "string" },
  },
};
const PROMPT = { anyOf: [{ type: "string" }, { type: "array", items: MESSAGE }] };

/** What it takes: of a template its variables, of a model a text or messages, else anything. */
export function inputSchema(runnable: Runnable<never>): Schema {
  const step = stepOf(runnable, 0);
  const title = `${runnable.getName()}Input`;
  if (step instanceof BaseLanguageModel) return { title, ...PROMPT };
  if (!(step instanceof BasePromptTemplate)) return { title };
  const variables = step.inputVariables;
  const properties = Object.fromEntries(
    variables.map((name) => [name, { title: name, type: "string" }]),
  );
  return { title, type: "object", properties, required: variables };
}

/** What it gives: a text, a message, or anything. */
export function outputSchema(runnable: Runnable<never>): Schema {
  const step = stepOf(runnable, -1);
  const title = `${runnable.getName()}Output`;
  if (step instanceof BaseChatModel) return { title, ...MESSAGE };
  const isText = step instanceof BaseLanguageModel || step instanceof StringOutputParser;
  return isText ? { title, type: "string" } : { title };
}

/** What a client may set for a run. */
export function configSchema(runnable: Runnable<never>): Schema {
  const properties = {
    configurable: { title: "Configurable", type: "object" },
    metadata: { title: "Metadata", type: "object" },
    tags: { title: "Tags", type: "array", items: { type: "string" } },
    run_name: { title: "Run Name", type: "string" },
    max_concurrency: { title: "Max Concurrency", type: "integer" },
    recursion_limit: { title: "Recursion Limit", type: "integer" },
  };
  return { title: `${runnable.getName()}Config`, type: "object", properties };
}

function stepOf(runnable: unknown, at: 0 | -1): unknown {
  if (runnable instanceof RunnableBinding) return stepOf(runnable.bound, at);
  if (runnable instanceof RunnableSequence) return stepOf(runnable.steps.at(at), at);
  return runnable;
}
