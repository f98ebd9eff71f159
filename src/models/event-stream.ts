import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { TokenStream } from "./token-stream.js";

/**
 * LangChain's stream of events, as one that ends the call as soon as its reader leaves. LangChain's own looks
 * whether anybody is still there when the next event comes: a slow model would work on until then, a silent
 * one for good.
 *
 * @param signal of the caller.
 * @param open makes LangChain's stream for a call that ends with the signal it is given.
 */
export function leavableEvents<Event>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => IterableReadableStream<Event>,
): IterableReadableStream<Event> {
  const left = new AbortController();
  const events = open(signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]));
  const leave = async (): Promise<IteratorReturnResult<undefined>> => {
    left.abort();
    // What the end of the call looks like from inside is not the reader's business any more.
    await events.return().catch(() => undefined);
    return { done: true, value: undefined };
  };
  return TokenStream.over<Event>({
    next: async () => {
      try {
        return await events.next();
      } catch (error) {
        if (left.signal.aborted) return { done: true, value: undefined };
        throw error;
      }
    },
    return: leave,
    throw: async (error) => {
      await leave();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await leave();
    },
  });
}
