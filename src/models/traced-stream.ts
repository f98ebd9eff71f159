import type { LLMResult } from "@langchain/core/outputs";
import { cancellable } from "./cancellable.js";
import type { AnswerCache } from "./answer-cache.js";
import { CallbackQueue, type Run, type RunManager } from "./run.js";

/** One call as a traced run. Whatever happens to it, the run ends exactly once. */
export interface TracedCall<Chunk, Output> {
  readonly signal: AbortSignal | undefined;
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

/** Runs a call on the asynchronous path. Leaving the generator closes the request at once. */
export function tracedStream<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  open: (manager: RunManager) => AsyncGenerator<Chunk>,
): AsyncGenerator<Output, void, undefined> {
  const session: Session<Chunk> = { left: false };
  return cancellable(runTraced(call, open, session), () => {
    session.left = true;
    void session.chunks?.return(undefined);
  });
}

interface Session<Chunk> {
  chunks?: AsyncGenerator<Chunk>;
  /** The reader has left: chunks that end now have not come to their end. */
  left: boolean;
}

async function* runTraced<Chunk, Output>(
  call: TracedCall<Chunk, Output>,
  open: (manager: RunManager) => AsyncGenerator<Chunk>,
  session: Session<Chunk>,
): AsyncGenerator<Output, void, undefined> {
  const { signal } = call;
  const run = await call.start();
  // LangChain never resumes a generator whose signal fired between two reads: the listener ends the run.
  const onAbort = (): void => {
    void run.fail(call.abortError(signal as AbortSignal));
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (session.left) return;
    const cached = await call.cache?.lookup();
    if (cached !== undefined) {
      await call.onToken(run.manager, cached.chunk);
      const output = call.output(cached.chunk);
      if (output !== undefined) yield output;
      await run.end(cached.result, { cached: true });
      return;
    }
    session.chunks = open(run.manager);
    for await (const chunk of session.chunks) {
      const output = call.output(chunk);
      if (output !== undefined) yield output;
    }
    if (!session.left) await run.end(call.result());
  } catch (error) {
    await run.fail(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    if (!run.ended) await run.fail(call.readerLeftError());
  }
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
  let run: Run | undefined;
  queue.add(async () => {
    run = await call.start();
  });
  let ending = (): Promise<void> | undefined => run?.fail(call.readerLeftError());
  try {
    for (const chunk of open()) {
      queue.add(() => call.onToken(run?.manager, chunk));
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
