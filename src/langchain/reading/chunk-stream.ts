import { AsyncDriver } from "../../streaming/call/async-driver.js";
import { runCall } from "../../streaming/call/run-call.js";
import type { Delta } from "../../streaming/answer/delta.js";
import type { ModelCall } from "../../streaming/call/call.js";
import { SyncDriver } from "../../streaming/call/sync-driver.js";
import { AnswerIterator, type OpenAnswer } from "./answer-iterator.js";

/** How a model's deltas become LangChain chunks, and who is told. */
export interface ChunkSink<Chunk> {
  toChunk(delta: Delta): Chunk;
  /** Told of every chunk before the reader gets it, and awaited. Absent where nobody listens. */
  onChunk?: ((chunk: Chunk) => Promise<void>) | undefined;
}

/** What may end a call from outside. */
export interface Cancellation {
  readonly signal: AbortSignal | undefined;
  /** The error that the call ends with when the signal fires. */
  error(signal: AbortSignal): Error;
}

/** A call that is ready to be sent, for a reader besides whom nobody listens: no chunk is made. */
export function openQuietly<StreamRecord, Output>(
  call: ModelCall<StreamRecord>,
  take: (delta: Delta) => Output | undefined,
): OpenAnswer<Delta, Output> {
  return { source: new AsyncDriver(runCall(call), call.transport, call.settings.connection), take };
}

/** Reads a whole answer while nobody listens. */
export async function readQuietly<StreamRecord>(
  call: ModelCall<StreamRecord>,
  collect: (delta: Delta) => void,
  { signal, error }: Cancellation,
): Promise<void> {
  const take = (delta: Delta): undefined => {
    collect(delta);
  };
  const open = () => openQuietly(call, take);
  for await (const _ of new AnswerIterator({ signal, abortError: error, open }));
}

/** A call that is ready to be sent where chunks are wanted, by the reader or by who listens. */
export function openChunks<StreamRecord, Chunk, Output>(
  call: ModelCall<StreamRecord>,
  { toChunk, onChunk }: ChunkSink<Chunk>,
  output: (chunk: Chunk) => Output | undefined,
): OpenAnswer<Delta, Output> {
  return {
    ...openQuietly(call, (delta) => output(toChunk(delta))),
    ...(onChunk && {
      tellAndTake: async (delta: Delta) => {
        const chunk = toChunk(delta);
        await onChunk(chunk);
        return output(chunk);
      },
    }),
  };
}

/** The chunks of one call on the asynchronous path. Leaving it, or the signal, closes the request at once. */
export function streamChunks<StreamRecord, Chunk>(
  call: ModelCall<StreamRecord>,
  sink: ChunkSink<Chunk>,
  { signal, error }: Cancellation,
): AsyncGenerator<Chunk, void, undefined> {
  return new AnswerIterator({
    signal,
    abortError: error,
    open: () => openChunks(call, sink, (chunk) => chunk),
  });
}

/** The chunks of one call on the synchronous path, which blocks the thread while it waits. */
export function* streamChunksSync<StreamRecord, Chunk>(
  call: ModelCall<StreamRecord>,
  toChunk: (delta: Delta) => Chunk,
  { signal, error }: Cancellation,
): Generator<Chunk, void, undefined> {
  const check = (): void => {
    if (signal?.aborted === true) throw error(signal);
  };
  // It cannot wait for a place among other calls: while it waits, they would stand still.
  const effects = runCall({ ...call, enter: undefined, isBlocking: true });
  const stream = new SyncDriver(effects, call.transport, call.settings.connection, check);
  for (const deltas of stream.batches()) {
    for (const delta of deltas) {
      yield toChunk(delta);
      // What has arrived but was not taken is void, as on the asynchronous path.
      if (stream.overdue || signal?.aborted === true) break;
    }
  }
}
