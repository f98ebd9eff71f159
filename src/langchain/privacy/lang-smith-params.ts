import type { LangSmithParams } from "@langchain/core/language_models/chat_models";
import { definedFields } from "../../formats/fields.js";

/**
 * The parameters that LangSmith knows by names of its own, from fields of the usual names.
 *
 * @param sources where the fields are looked for; the first that has one counts.
 */
export function langSmithParams(sources: readonly object[]): Partial<LangSmithParams> {
  const find = <Type extends "string" | "number">(type: Type, ...names: string[]) => {
    for (const source of sources) {
      for (const name of names) {
        const value: unknown = Reflect.get(source, name);
        if (typeof value === type && value !== "")
          return value as { string: string; number: number }[Type];
      }
    }
    return undefined;
  };
  const params = {
    ls_provider: find("string", "provider", "modelProvider", "model_provider"),
    ls_model_name: find("string", "model", "modelName", "model_name", "modelId"),
    ls_temperature: find("number", "temperature"),
    ls_max_tokens: find(
      "number",
      "maxTokens",
      "max_tokens",
      "maxOutputTokens",
      "max_output_tokens",
    ),
  };
  return definedFields(params);
}
