import type { Generation } from "@langchain/core/outputs";
import { GenerationChunk } from "@langchain/core/outputs";
import { HookError } from "../../errors.js";
import {
  TextDelta,
  type Delta,
  type StreamDelta,
  type TokenUsage,
} from "../../streaming/answer/delta.js";
import { Rope } from "../../streaming/text/rope.js";
import { noteFactsOnly } from "../runs/call-facts.js";
import { joinLogprobs, LogprobsAccumulator } from "../logprobs.js";

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

/**
 * A `GenerationChunk` whose `concat` joins the log probabilities of both: LangChain's own keeps those of the
 * later chunk only.
 */
class StreamedGenerationChunk extends GenerationChunk {
  override concat(chunk: GenerationChunk): GenerationChunk {
    const pieces = [this.generationInfo?.logprobs, chunk.generationInfo?.logprobs] as const;
    const logprobs = pieces.includes(undefined) ? undefined : joinLogprobs(...pieces);
    return new StreamedGenerationChunk({
      text: this.text + chunk.text,
      generationInfo: {
        ...this.generationInfo,
        ...chunk.generationInfo,
        ...(logprobs !== undefined && { logprobs }),
      },
    });
  }
}

/** One delta as LangChain's chunk. What is not text goes into `generationInfo`, under the delta's own names. */
export function toGenerationChunk(delta: Delta): GenerationChunk {
  const generationInfo = infoOf(delta);
  if (generationInfo === undefined) return new StreamedGenerationChunk({ text: delta.text });
  return noteFactsOnly(delta, new StreamedGenerationChunk({ text: delta.text, generationInfo }));
}

function infoOf(delta: Delta): Record<string, unknown> | undefined {
  if (delta instanceof TextDelta) return undefined;
  const { text, metadata, call, ...facts } = delta;
  return { ...metadata, ...facts, ...call };
}

/** Puts the deltas of one answer together: text and reasoning are joined, other facts overwritten. */
export class GenerationAccumulator {
  readonly #text = new Rope();
  #info: Record<string, unknown> = {};
  readonly #reasoning = new Rope();
  #logprobs = new LogprobsAccumulator();

  /** The text so far. */
  get text(): string {
    return this.#text.toString();
  }

  /** Forgets the answer so far: it begins anew. */
  restart(): void {
    this.#text.clear();
    this.#reasoning.clear();
    this.#info = {};
    this.#logprobs = new LogprobsAccumulator();
  }

  add(delta: Delta): void {
    this.#text.add(delta.text);
    if (delta.reasoning !== undefined) this.#reasoning.add(delta.reasoning);
    const info = infoOf(delta);
    if (info === undefined) return;
    const { logprobs, ...facts } = info;
    if (logprobs !== undefined) this.#logprobs.add(logprobs);
    Object.assign(this.#info, facts);
  }

  /** What has been added so far. */
  generation(): GenerationChunk {
    const reasoning = this.#reasoning.toString();
    if (reasoning !== "") this.#info.reasoning = reasoning;
    const logprobs = this.#logprobs.value;
    if (logprobs !== undefined) this.#info.logprobs = logprobs;
    return new StreamedGenerationChunk({ text: this.text, generationInfo: { ...this.#info } });
  }
}

/** A cached generation as a chunk. It cost nothing this time, so it has no token counts. */
export function replayGeneration({ text, generationInfo }: Generation): GenerationChunk {
  const { usage, ...info } = generationInfo ?? {};
  return new GenerationChunk({ text, generationInfo: { ...info, tokenUsage: {} } });
}

/** Token counts under LangChain's names for `llmOutput`. */
interface LangChainTokenUsage {
  promptTokens?: number;
  completionTokens?: number;
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
