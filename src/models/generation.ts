import type { Generation } from "@langchain/core/outputs";
import { GenerationChunk } from "@langchain/core/outputs";
import { HookError } from "../errors.js";
import { TextDelta, type Delta, type StreamDelta, type TokenUsage } from "../streaming/delta.js";
import { JoinedText } from "../streaming/joined-text.js";

/** Recognises a `GenerationChunk` that `parseChunk` returned. */
export function adaptGenerationChunk(value: object): StreamDelta | undefined {
  const { text, generationInfo, concat } = value as Partial<GenerationChunk>;
  if (typeof text === "string" && typeof concat === "function") {
    return { text, metadata: generationInfo };
  }
  refuseToolCalls(value);
  return undefined;
}

/** Asked here, where the error will name the model and its request. */
function refuseToolCalls({ toolCalls }: StreamDelta): void {
  if (!Array.isArray(toolCalls) || toolCalls.length === 0) return;
  throw new HookError(
    "parseChunk",
    "parseChunk returned toolCalls, which a text-completion model cannot deliver. Extend HttpStreamingChatModel.",
  );
}

/** One delta as LangChain's chunk. What is not text goes into `generationInfo`, under the delta's own names. */
export function toGenerationChunk(delta: Delta): GenerationChunk {
  const generationInfo = infoOf(delta);
  return new GenerationChunk(
    generationInfo ? { text: delta.text, generationInfo } : { text: delta.text },
  );
}

function infoOf(delta: Delta): Record<string, unknown> | undefined {
  if (delta instanceof TextDelta) return undefined;
  const { text, metadata, call, ...facts } = delta;
  return { ...metadata, ...facts, ...call };
}

/** Puts the deltas of one answer together: text and reasoning are joined, other facts overwritten. */
export class GenerationCollector {
  readonly #text = new JoinedText();
  readonly #info: Record<string, unknown> = {};
  readonly #reasoning = new JoinedText();

  /** The text so far. */
  get text(): string {
    return this.#text.toString();
  }

  add(delta: Delta): void {
    this.#text.add(delta.text);
    if (delta.reasoning !== undefined) this.#reasoning.add(delta.reasoning);
    const info = infoOf(delta);
    if (info !== undefined) Object.assign(this.#info, info);
  }

  /** What has been added so far. */
  generation(): GenerationChunk {
    const reasoning = this.#reasoning.toString();
    if (reasoning !== "") this.#info.reasoning = reasoning;
    return new GenerationChunk({ text: this.text, generationInfo: { ...this.#info } });
  }
}

/** A cached generation as a chunk. It cost nothing this time, so it has no token counts. */
export function replayGeneration({ text, generationInfo }: Generation): GenerationChunk {
  const { usage, ...info } = generationInfo ?? {};
  return new GenerationChunk({ text, generationInfo: { ...info, tokenUsage: {} } });
}

/** Token counts under LangChain's names for `llmOutput`. */
interface LangChainTokenUsage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
}

/** What `llmOutput` says about one answer, or about the answers to several prompts together. */
export function llmOutput(generations: readonly Generation[]): Record<string, unknown> {
  const [first] = generations;
  const usages = generations
    .map((generation) => generation.generationInfo?.usage as TokenUsage | undefined)
    .filter((usage) => usage !== undefined);
  const { finishReason, model, id } = (generations.length === 1 && first?.generationInfo) || {};
  return Object.fromEntries(
    Object.entries({
      tokenUsage: usages.length > 0 ? sumUsage(usages) : undefined,
      finishReason: finishReason as unknown,
      model: model as unknown,
      id: id as unknown,
    }).filter(([, value]) => value !== undefined),
  );
}

function sumUsage(usages: readonly TokenUsage[]): LangChainTokenUsage {
  const sum = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };
  for (const { inputTokens, outputTokens, totalTokens } of usages) {
    const input = inputTokens ?? 0;
    const output = outputTokens ?? 0;
    sum.promptTokens += input;
    sum.completionTokens += output;
    sum.totalTokens += totalTokens ?? input + output;
  }
  return sum;
}
