import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { CallbackManager } from "@langchain/core/callbacks/manager";
import type { ChatGenerationChunk, GenerationChunk } from "@langchain/core/outputs";
import { isBaseTracer } from "@langchain/core/tracers/base";
import { isFactsOnly } from "./call-facts.js";
import { awaitIfRaising, type RunManager } from "./run.js";

/** A chunk of either kind of model, as LangChain's token callback takes it. */
export type AnswerChunk = GenerationChunk | ChatGenerationChunk;

/** Notifies the handlers of a chunk before the reader gets it. The reader waits for them. */
export type TokenCallback<Chunk> = (chunk: Chunk) => Promise<void>;

type Handlers = Pick<CallbackManager, "handlers"> | undefined;

/**
 * The token callback of a run, `undefined` where no handler wants tokens.
 *
 * @param promptIndex which of several prompts is answered.
 */
export function tokenCallback(
  manager: RunManager,
  promptIndex = 0,
): TokenCallback<AnswerChunk> | undefined {
  if (!wantsTokens(manager)) return undefined;
  // A run of LangChain's own has not been through ours.
  manager?.handlers.forEach(awaitIfRaising);
  return (chunk) => notify(manager, chunk, promptIndex);
}

/** Notifies the handlers of a run of one chunk. */
export async function notify(
  manager: RunManager,
  chunk: AnswerChunk,
  promptIndex = 0,
): Promise<void> {
  if (isFactsOnly(chunk)) return;
  const index = { prompt: promptIndex, completion: 0 };
  await manager?.handleLLMNewToken(chunk.text, index, undefined, undefined, undefined, { chunk });
}

/** Says that some handler wants to be notified of tokens. */
export function wantsTokens(manager: Handlers): boolean {
  return manager?.handlers.some(takesTokens) ?? false;
}

/**
 * Says that some handler shows tokens to a person or a program, so that an answer cannot begin anew without a
 * word. A tracer only writes them down, unless it asked for them.
 */
export function showsTokens(manager: Handlers): boolean {
  return (
    manager?.handlers.some((handler) => takesTokens(handler) && !isPlainTracer(handler)) ?? false
  );
}

function takesTokens(handler: BaseCallbackHandler): boolean {
  return !handler.ignoreLLM && handler.handleLLMNewToken !== undefined;
}

function isPlainTracer(handler: BaseCallbackHandler): boolean {
  const { lc_prefer_streaming: prefersStreaming, onLLMNewToken } = handler as {
    lc_prefer_streaming?: unknown;
    onLLMNewToken?: unknown;
  };
  return isBaseTracer(handler) && prefersStreaming !== true && onLLMNewToken === undefined;
}
