import type { LLMResult } from "@langchain/core/outputs";
import type { OpenAnswer } from "../reading/answer.js";
import { AnswerIterator } from "../reading/answer-iterator.js";
import { ReaderLeft } from "../reading/reader-left.js";
import { CallbackQueue } from "./callback-queue.js";
import type { AnswerCache, CachedAnswer } from "./response-cache.js";
import type { Run, RunManager } from "./run.js";
import { notify, type AnswerChunk } from "./token-callback.js";

/** One call as a traced run. Whatever happens to it, the run ends exactly once. */
export interface TracedCall {
  readonly signal: AbortSignal | undefined;
  /** Says that a handler wants to be notified of tokens, which is known before the run starts. */
  wantsTokens(): boolean;
  /** Says that one of them shows tokens to somebody. */
  showsTokens(): boolean;
  /** Starts the run: tells the handlers the input. */
  start(): Promise<Run>;
  /** The whole answer, once it is complete. */
  result(): LLMResult;
  /** The error of a run whose signal fired. */
  abortError(signal: AbortSignal): Error;
  /** The error of a run whose reader left. */
  readerLeftError(): Error;
}

/**
 * Runs a call on the asynchronous path. Leaving the generator closes the request at once.
 *
 * @param open makes the call, once the handlers are known.
 * @param cache LangChain's cache for this call, where the model has one.
 */
export function tracedStream<Chunk extends AnswerChunk, Output>(
  call: TracedCall,
  open: (manager: RunManager) => OpenAnswer<unknown, Output>,
  cache?: AnswerCache<Chunk, Output>,
): AnswerIterator<Output> {
  const { signal } = call;
  let run: Run | undefined;
  return new AnswerIterator({
    signal,
    abortError: (fired) => readerAbortError(call, fired),
    async open() {
      const started = (run = await call.start());
      const cached = await cache?.lookup();
      if (cached !== undefined) return replay(started, cached);
      return {
        async complete() {
          await started.end(call.result());
          await cache?.store();
        },
        // Behind the others: an object that begins with a spread has its shape, another one in each answer.
        ...open(started.manager),
      };
    },
    failed: async (error) => run?.fail(tracedError(call, error)),
    left: async () => run?.fail(call.readerLeftError()),
  });
}

/** The reader gets the signal's reason, the trace what had been received by then. */
function tracedError(call: TracedCall, error: unknown): unknown {
  const { signal } = call;
  if (signal?.aborted !== true || error !== signal.reason) return error;
  return error instanceof ReaderLeft ? call.readerLeftError() : call.abortError(signal);
}

/** LangChain's streams reject with the signal's own reason, and parts of it compare by identity. */
function readerAbortError(call: Pick<TracedCall, "abortError">, signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : call.abortError(signal);
}

/** An answer from the cache: one chunk. */
function replay<Chunk extends AnswerChunk, Output>(
  run: Run,
  { chunk, output, result }: CachedAnswer<Chunk, Output>,
): OpenAnswer<unknown, Output> {
  const pieces = [[chunk]];
  return {
    source: {
      next: (reader) => {
        reader.onPieces(pieces.pop());
      },
      close: () => undefined,
    },
    take: () => output,
    async deliver() {
      await notify(run.manager, chunk);
      return output;
    },
    complete: () => run.end(result, { cached: true }),
  };
}

/**
 * Runs a call on the synchronous path. The handlers, which are asynchronous, are notified in the same order,
 * when the event loop next runs.
 *
 * @param open makes the call.
 * @param toOutput gives the reader's output of a chunk, `undefined` for nothing.
 */
export function* tracedStreamSync<Chunk extends AnswerChunk, Output>(
  call: TracedCall,
  open: () => Generator<Chunk, void, undefined>,
  toOutput: (chunk: Chunk) => Output | undefined,
): Generator<Output, void, undefined> {
  const queue = new CallbackQueue();
  const isWanted = call.wantsTokens();
  let run: Run | undefined;
  queue.add(async () => {
    run = await call.start();
  });
  let ending = (): Promise<void> | undefined => run?.fail(call.readerLeftError());
  try {
    for (const chunk of open()) {
      if (isWanted) queue.add(() => notify(run?.manager, chunk));
      const output = toOutput(chunk);
      if (output !== undefined) yield output;
    }
    const result = call.result();
    ending = () => run?.end(result);
  } catch (error) {
    ending = () => run?.fail(error);
    throw error;
  } finally {
    const last = ending;
    queue.add(async () => last());
  }
}
