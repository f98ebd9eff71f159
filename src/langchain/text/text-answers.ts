import type { GenerationChunk } from "@langchain/core/outputs";
import type { AnswerKind } from "../answer-kind.js";
import { refuseChatParts } from "./chat-parts.js";
import { GenerationAccumulator } from "./generation-accumulator.js";
import { adaptGenerationChunk, replayGeneration, tokenOf } from "./generation-chunk.js";

/** The answers of text-completion models: texts, in `GenerationChunk`s. */
export const TEXT_ANSWERS: AnswerKind<string, GenerationChunk, string> = {
  operation: "text_completion",
  adapt: adaptGenerationChunk,
  check: refuseChatParts,
  inputOf: (prompt) => prompt.toString(),
  hookOptions: (options) => options,
  runId: (given) => given,
  accumulate: () => new GenerationAccumulator(),
  output: tokenOf,
  replay: replayGeneration,
  cacheKey: (model, prompt, options) => [
    prompt,
    model._getSerializedCacheKeyParametersForCall(options),
  ],
  start: (manager, args) => manager.handleLLMStart(...args),
};
