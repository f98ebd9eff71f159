import type { LLMResult } from "@langchain/core/outputs";
import type { AnswerCache, CachedAnswer } from "./response-cache.js";
import { AnswerIterator, type OpenAnswer } from "../reading/answer-iterator.js";
import { CallbackQueue, type Run, type RunManager } from "./run.js";

/** One call as a traced run. Whatever happens to it, the run ends exactly once. */
export interface TracedCall<Chunk, Output> {
  readonly signal: AbortSignal | undefined;
  /** Whether a handler wants to know of tokens, which is known before the run starts. */
  hearsTokens(): boolean;
  /** Whether one of them shows tokens to somebody. */
  showsTokens(): boolean;
  /** Starts the run: tells the handlers what is asked. */
  start(): Promise<Run>;
  /** What the reader is given of a chunk; `undefined` for nothing. */
  output(chunk: Chunk): Output | undefined;
  /** The whole answer, once it is complete. */
  result(): LLMResult;
  /** LangChain's cache for this call, where the model has one. */
  readonly cache?: AnswerCache<Chunk> | undefined;
  /** Tells the handlers of a chunk that did not come from the model. */
  onToken(manager: RunManager, chunk: Chunk): Promise<void>;
  /** The ending of a run whose signal fired. */
  abortError(signal: AbortSignal): Error;
  /** The ending of a run whose reader left. */
  readerLeftError(): Error;
}

/**
 * Runs a call on the asynchronous path. Leaving the generator closes the request at once.
 *
 * @param open makes the call, once it is known who listens.
 */
export function tracedStream<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  open: (manager: RunManager) => OpenAnswer<unknown, Output>,
): AnswerIterator<Output> {
  const { signal } = call;
  let run: Run | undefined;
  return new AnswerIterator({
    signal,
    abortError: (fired) => readerAbortError(call, fired),
    async open() {
      run = await call.start();
      const cached = await call.cache?.lookup();
      return cached === undefined
        ? traced(call, run, open(run.manager))
        : replay(call, run, cached);
    },
    // The reader gets the signal's reason, the trace what had been received by then.
    failed: async (error) =>
      run?.fail(
        signal?.aborted === true && error === signal.reason ? call.abortError(signal) : error,
      ),
    left: async () => run?.fail(call.readerLeftError()),
  });
}

/** LangChain's streams reject with the signal's own reason, and parts of it compare by identity. */
function readerAbortError(
  call: Pick<TracedCall<unknown, unknown>, "abortError">,
  signal: AbortSignal,
): Error {
  return signal.reason instanceof Error ? signal.reason : call.abortError(signal);
}

function traced<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  run: Run,
  answer: OpenAnswer<unknown, Output>,
): OpenAnswer<unknown, Output> {
  return {
    ...answer,
    async complete() {
      await run.end(call.result());
      await call.cache?.store();
    },
  };
}

/** An answer from the cache: one chunk. */
function replay<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  run: Run,
  { chunk, result }: CachedAnswer<Chunk>,
): OpenAnswer<unknown, Output> {
  const pieces = [[chunk]];
  return {
    source: {
      next: (reader) => {
        reader.onPieces(pieces.pop());
      },
      close: () => undefined,
    },
    take: () => call.output(chunk),
    async tellAndTake() {
      await call.onToken(run.manager, chunk);
      return call.output(chunk);
    },
    complete: () => run.end(result, { cached: true }),
  };
}

/**
 * Runs a call on the synchronous path. The handlers, which are asynchronous, hear of it in the same
 * order, when the event loop next runs.
 */
export function* tracedStreamSync<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  open: () => Generator<Chunk, void, undefined>,
): Generator<Output, void, undefined> {
  const queue = new CallbackQueue();
  const isHeard = call.hearsTokens();
  let run: Run | undefined;
  queue.add(async () => {
    run = await call.start();
  });
  let ending = (): Promise<void> | undefined => run?.fail(call.readerLeftError());
  try {
    for (const chunk of open()) {
      if (isHeard) queue.add(() => call.onToken(run?.manager, chunk));
      const output = call.output(chunk);
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
