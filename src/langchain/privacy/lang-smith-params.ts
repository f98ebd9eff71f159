import type { LangSmithParams } from "@langchain/core/language_models/chat_models";
import { definedFields, isFilled } from "../../formats/fields.js";
import { withoutSecrets } from "./without-secrets.js";

/**
 * The parameters that LangSmith knows by names of its own, from fields of the usual names.
 *
 * @param sources where the fields are looked for; the first that has one counts.
 */
export function langSmithParams(sources: readonly object[]): Partial<LangSmithParams> {
  const limits = ["maxTokens", "max_tokens", "maxOutputTokens", "max_output_tokens"];
  const params = {
    ls_provider: find(sources, isFilled, "provider", "modelProvider", "model_provider"),
    ls_model_name: modelName(sources),
    ls_temperature: find(sources, isNumber, "temperature"),
    ls_max_tokens: find(sources, isNumber, ...limits),
  };
  return withoutSecrets(definedFields(params));
}

/** What the model is called, in the first of the sources that has a field of a usual name. */
export function modelName(sources: readonly object[]): string | undefined {
  return find(sources, isFilled, "model", "modelName", "model_name", "modelId");
}

function find<Value>(
  sources: readonly object[],
  isOne: (value: unknown) => value is Value,
  ...names: string[]
): Value | undefined {
  for (const source of sources) {
    for (const name of names) {
      const value: unknown = Reflect.get(source, name);
      if (isOne(value)) return value;
    }
  }
  return undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
