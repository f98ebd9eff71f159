import type { Generation } from "@langchain/core/outputs";
import { definedFields, isObject } from "../../formats/fields.js";
import type { TokenUsage } from "../../streaming/delta/stream-delta.js";

/** Token counts under LangChain's names for `llmOutput`. */
interface LangChainTokenUsage {
  promptTokens?: number;
  completionTokens?: number;
  totalTokens: number;
}

/** The `llmOutput` of one answer, or of the answers to several prompts together. */
export function llmOutput(generations: readonly Generation[]): Record<string, unknown> {
  const [first] = generations;
  const usages = generations
    .map((generation) => generation.generationInfo?.usage as TokenUsage | undefined)
    .filter(isUsage);
  const { finishReason, model, id } = (generations.length === 1 && first?.generationInfo) || {};
  return definedFields({
    tokenUsage: usages.length > 0 ? sumUsage(usages) : undefined,
    finishReason: finishReason as unknown,
    model: model as unknown,
    id: id as unknown,
  });
}

/** Metadata may have a name in common with the token counts, and says what the provider says. */
function isUsage(usage: TokenUsage | null | undefined): usage is TokenUsage {
  if (!isObject(usage)) return false;
  const { inputTokens, outputTokens, totalTokens } = usage;
  return [inputTokens, outputTokens, totalTokens].some((count) => typeof count === "number");
}

function sumUsage(usages: readonly TokenUsage[]): LangChainTokenUsage {
  const sum = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  let isTotalAlone = true;
  for (const { inputTokens, outputTokens, totalTokens } of usages) {
    const input = inputTokens ?? 0;
    const output = outputTokens ?? 0;
    isTotalAlone &&= (inputTokens ?? outputTokens ?? null) === null;
    sum.promptTokens += input;
    sum.completionTokens += output;
    sum.totalTokens += totalTokens ?? input + output;
  }
  const { totalTokens } = sum;
  return isTotalAlone && totalTokens > 0 ? { totalTokens } : sum;
}
