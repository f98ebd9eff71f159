import { GenerationChunk, type Generation } from "@langchain/core/outputs";
import { TextDelta, type Delta } from "../../streaming/delta/delta.js";
import type { StreamDelta } from "../../streaming/delta/stream-delta.js";
import { joinLogprobs } from "../logprobs.js";
import { noteFactsOnly } from "../runs/call-facts.js";

/** Recognises a `GenerationChunk` that `parseChunk` returned. */
export function adaptGenerationChunk(value: object): StreamDelta | undefined {
  const { text, generationInfo, concat } = value as Partial<GenerationChunk>;
  if (typeof text !== "string" || typeof concat !== "function") return undefined;
  // What LangChain's models call it is judged as the delta's own: the end, and lists that are joined.
  const { logprobs, ...metadata } = generationInfo ?? {};
  const reason = metadata.finish_reason as StreamDelta["finishReason"];
  return { text, finishReason: reason, logprobs: logprobs as StreamDelta["logprobs"], metadata };
}

/**
 * A `GenerationChunk` whose `concat` joins the reasoning and the log probabilities of both: LangChain's own keeps
 * those of the later chunk only.
 */
export class StreamedGenerationChunk extends GenerationChunk {
  override concat(chunk: GenerationChunk): GenerationChunk {
    const earlier = this.generationInfo ?? {};
    const later = chunk.generationInfo ?? {};
    const joined: Record<string, unknown> = {};
    if (earlier.logprobs !== undefined && later.logprobs !== undefined) {
      const own = joinLogprobs(undefined, earlier.logprobs);
      joined.logprobs = joinLogprobs(own, later.logprobs);
    }
    if (typeof earlier.reasoning === "string" && typeof later.reasoning === "string") {
      joined.reasoning = earlier.reasoning + later.reasoning;
    }
    return new StreamedGenerationChunk({
      text: this.text + chunk.text,
      generationInfo: { ...earlier, ...later, ...joined },
    });
  }
}

/** One delta as LangChain's chunk. What is not text goes into `generationInfo`, under the delta's own names. */
export function toGenerationChunk(delta: Delta): GenerationChunk {
  const generationInfo = infoOf(delta);
  if (generationInfo === undefined) return new StreamedGenerationChunk({ text: delta.text });
  return noteFactsOnly(delta, new StreamedGenerationChunk({ text: delta.text, generationInfo }));
}

/** The facts of a delta for `generationInfo`; `undefined` for a piece of text alone. */
export function infoOf(delta: Delta): Record<string, unknown> | undefined {
  if (delta instanceof TextDelta) return undefined;
  const { text, metadata, call, ...facts } = delta;
  return { ...metadata, ...facts, ...call };
}

/** A cached generation as a chunk. It cost nothing this time, so it has no token counts. */
export function replayGeneration({ text, generationInfo }: Generation): GenerationChunk {
  const { usage, ...info } = generationInfo ?? {};
  return new GenerationChunk({ text, generationInfo: { ...info, tokenUsage: {} } });
}

/** The token that a chunk or a delta holds, `undefined` for none. */
export function tokenOf({ text }: Pick<GenerationChunk, "text">): string | undefined {
  return text === "" ? undefined : text;
}
