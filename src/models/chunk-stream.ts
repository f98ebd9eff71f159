import { AsyncModelStream } from "../streaming/async-stream.js";
import { callModel } from "../streaming/call-model.js";
import type { Delta } from "../streaming/delta.js";
import type { ModelCall } from "../streaming/model-call.js";
import { streamModelSync } from "../streaming/sync-stream.js";
import { cancellable } from "./cancellable.js";

/** How a model's deltas become LangChain chunks, and who is told. */
export interface ChunkSink<Chunk> {
  toChunk(delta: Delta): Chunk;
  /** Told of every chunk before the reader gets it; awaited on the asynchronous path. */
  onChunk?: ((chunk: Chunk) => Promise<void>) | undefined;
}

/** What may end a call from outside. */
export interface Abortion {
  readonly signal: AbortSignal | undefined;
  /** The error that the call ends with when the signal fires. */
  error(signal: AbortSignal): Error;
}

/** The chunks of one call on the asynchronous path. Leaving it, or the signal, closes the request at once. */
export function streamChunks<StreamRecord, Chunk>(
  call: ModelCall<StreamRecord>,
  sink: ChunkSink<Chunk>,
  abortion: Abortion,
): AsyncGenerator<Chunk, void, undefined> {
  const stream = new AsyncModelStream(callModel(call), call.settings.connection);
  const readerLeft = new Error("The reader stopped reading.");
  const generator = readChunks(stream, sink, abortion, readerLeft);
  return cancellable(generator, () => {
    stream.close(readerLeft);
  });
}

async function* readChunks<Chunk>(
  stream: AsyncModelStream,
  { toChunk, onChunk }: ChunkSink<Chunk>,
  { signal, error }: Abortion,
  readerLeft: Error,
): AsyncGenerator<Chunk, void, undefined> {
  let aborted: Error | undefined;
  const onAbort = (): void => {
    aborted = error(signal as AbortSignal);
    stream.close(aborted);
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const deltas = await stream.next();
      if (deltas === undefined) return;
      for (const delta of deltas) {
        const chunk = toChunk(delta);
        await onChunk?.(chunk);
        // The batch may hold more than what had been read when the signal fired.

        if (aborted !== undefined) throw aborted;
        yield chunk;
      }
    }
  } catch (failure) {
    if (failure !== readerLeft) throw failure;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stream.close(readerLeft);
  }
}

/** The chunks of one call on the synchronous path, which blocks the thread while it waits. */
export function* streamChunksSync<StreamRecord, Chunk>(
  call: ModelCall<StreamRecord>,
  toChunk: (delta: Delta) => Chunk,
  { signal, error }: Abortion,
): Generator<Chunk, void, undefined> {
  const check = (): void => {
    if (signal?.aborted === true) throw error(signal);
  };
  // It cannot wait for a place among other calls: while it waits, they would stand still.
  const effects = callModel({ ...call, enter: undefined });
  for (const deltas of streamModelSync(effects, call.settings.connection, check)) {
    for (const delta of deltas) yield toChunk(delta);
  }
}
