import { SyncDriver } from "#platform";
import { AsyncDriver } from "../../streaming/drivers/async-driver.js";
import { runCall } from "../../streaming/run/run-call.js";
import type { Delta } from "../../streaming/delta/delta.js";
import type { ModelCall } from "../../streaming/model-call.js";
import type { AnswerAccumulator } from "../answer-kind.js";
import type { TokenCallback } from "../runs/token-callback.js";
import type { OpenAnswer } from "./answer.js";
import { AnswerIterator } from "./answer-iterator.js";
import { PatientSource } from "./patient-source.js";

/** Makes the chunks of an answer. */
export type ChunkSource<Chunk> = Pick<AnswerAccumulator<Chunk, unknown>, "add">;

/** The signal that may end a call from outside, and the error that the call ends with then. */
export interface Cancellation {
  readonly signal: AbortSignal | undefined;
  abortError(signal: AbortSignal): Error;
}

/** A call that is ready to be sent, whose deltas nobody but the reader sees. */
export function openUnobserved<StreamRecord, Output>(
  call: ModelCall<StreamRecord>,
  take: (delta: Delta) => Output | undefined,
): OpenAnswer<Delta, Output> {
  return { source: new AsyncDriver(runCall(call), call.transport, call.settings.connection), take };
}

/** A call that is ready to be sent, whose chunks handlers are notified of before the reader gets the output. */
export function openObserved<StreamRecord, Chunk, Output>(
  call: ModelCall<StreamRecord>,
  answer: ChunkSource<Chunk>,
  callback: TokenCallback<Chunk>,
  output: (chunk: Chunk) => Output | undefined,
): OpenAnswer<Delta, Output> {
  return {
    deliver: async (delta: Delta) => {
      const chunk = answer.add(delta);
      await callback(chunk);
      return output(chunk);
    },
    // Behind the others: an object that begins with a spread has its shape, another one in each answer.
    ...openUnobserved(call, (delta) => output(answer.add(delta))),
  };
}

/** Reads a whole answer of which nobody sees the chunks. */
export async function collectAnswer<StreamRecord>(
  call: ModelCall<StreamRecord>,
  answer: Pick<AnswerAccumulator<unknown, unknown>, "collect">,
  cancellation: Cancellation,
): Promise<void> {
  const take = (delta: Delta): undefined => {
    answer.collect(delta);
  };
  const open = () => {
    const { source } = openUnobserved(call, take);
    return { source: new PatientSource(source), take };
  };
  for await (const _ of iterate(cancellation, open));
}

/**
 * The chunks of one call on the asynchronous path. Leaving it, or the signal, closes the request at once.
 *
 * @param bind makes the call, at the first read: what it refuses is the reader's to hear.
 */
export function streamChunks<StreamRecord, Chunk>(
  bind: () => ModelCall<StreamRecord>,
  answer: ChunkSource<Chunk>,
  callback: TokenCallback<Chunk> | undefined,
  cancellation: Cancellation,
): AsyncGenerator<Chunk, void, undefined> {
  return iterate(cancellation, () =>
    callback === undefined
      ? openUnobserved(bind(), (delta) => answer.add(delta))
      : openObserved(bind(), answer, callback, (chunk) => chunk),
  );
}

/** An answer whose run is none of ours, or none at all. */
export function iterate<Output>(
  cancellation: Cancellation,
  open: () => OpenAnswer<unknown, Output>,
): AnswerIterator<Output> {
  return new AnswerIterator({
    signal: cancellation.signal,
    abortError: (signal) => cancellation.abortError(signal),
    open,
  });
}

/** The chunks of one call on the synchronous path, which blocks the thread while it waits. */
export function* streamChunksSync<StreamRecord, Chunk>(
  call: ModelCall<StreamRecord>,
  answer: ChunkSource<Chunk>,
  cancellation: Cancellation,
): Generator<Chunk, void, undefined> {
  const { signal } = cancellation;
  let reason: Error | undefined;
  const closeReason = (): Error | undefined => {
    if (signal?.aborted === true) reason ??= cancellation.abortError(signal);
    return reason;
  };
  const effects = runCall({ ...call, syncDriver: SyncDriver });
  const driver = new SyncDriver(effects, call.transport, call.settings.connection, closeReason);
  for (const deltas of driver.batches()) {
    for (const delta of deltas) {
      yield answer.add(delta);
      // What has arrived but was not taken is void, as on the asynchronous path.
      if (driver.overdue || signal?.aborted === true) break;
    }
  }
}
