import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { TokenStream } from "./token-stream.js";

/**
 * What LangChain tells of a call, as a generator that ends the call as soon as its reader leaves. LangChain's
 * own looks whether anybody is still there when the next event comes, or waits for the call's end: a slow
 * model would work on until then, a silent one for good.
 *
 * @param signal of the caller.
 * @param open makes LangChain's stream for a call that ends with the signal it is given.
 */
export function leavable<T>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController();
  const events = open(signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]));
  const leave = async (): Promise<IteratorReturnResult<undefined>> => {
    left.abort();
    // What the end of the call looks like from inside is not the reader's business any more.
    await events.return(undefined).catch(() => undefined);
    return { done: true, value: undefined };
  };
  return {
    next: async () => {
      try {
        const result = await events.next();
        return result.done === true ? { done: true, value: undefined } : result;
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
  };
}

/** The same as a stream of events, such as `streamEvents` gives. */
export function leavableEvents<Event>(
  signal: AbortSignal | undefined,
  open: (signal: AbortSignal) => IterableReadableStream<Event>,
): IterableReadableStream<Event> {
  return TokenStream.over(leavable(signal, open as (signal: AbortSignal) => AsyncGenerator<Event>));
}
