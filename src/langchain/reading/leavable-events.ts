import type { Runnable, RunnableConfig } from "@langchain/core/runnables";
import type { IterableReadableStream } from "@langchain/core/utils/stream";
import { checkedSignal, eitherSignal } from "../runs/abort-signal.js";
import { withTimeoutSignal } from "../runs/timeout-option.js";
import { DONE, LeavableGenerator } from "./leavable-generator.js";
import { ReaderLeft } from "./reader-left.js";
import { TokenStream } from "./token-stream.js";

/** Options of LangChain's streams of events and of the log. */
export type EventsOptions = Parameters<Runnable["streamEvents"]>[2];

/** Tells call options that ask for LangChain's events of all runs from those that ask for content-block events. */
export function isVersioned<Options extends { version?: "v1" | "v2" }>(
  options: Options | undefined,
): options is Options & { version: "v1" | "v2" } {
  return options?.version === "v1" || options?.version === "v2";
}

/**
 * LangChain's account of a call, as a generator that ends the call as soon as its reader leaves. LangChain's
 * own looks whether anybody is still there when the next event comes, or waits for the call's end: a slow
 * model would work on until then, a silent one for good.
 *
 * @param options the caller's.
 * @param open makes LangChain's generator with options whose signal also fires when the reader leaves.
 */
export function leavable<Options extends object, T>(
  options: Options | undefined,
  open: (options: Options) => AsyncGenerator<T>,
): AsyncGenerator<T, void, undefined> {
  const left = new AbortController();
  const { signal, ...others } = withTimeoutSignal(options as RunnableConfig | undefined);
  const linked = eitherSignal(checkedSignal(signal), left.signal);
  return new LeavableEvents(open({ ...others, signal: linked } as Options), left);
}

class LeavableEvents<Event> extends LeavableGenerator<Event> {
  readonly #events: AsyncGenerator<Event>;
  readonly #left: AbortController;
  #hasBegun = false;

  constructor(events: AsyncGenerator<Event>, left: AbortController) {
    super();
    this.#events = events;
    this.#left = left;
  }

  async next(): Promise<IteratorResult<Event, void>> {
    this.#hasBegun = true;
    try {
      const result = await this.#events.next();
      return result.done === true ? DONE : result;
    } catch (error) {
      if (this.#left.signal.aborted) return DONE;
      throw error;
    }
  }

  protected async leave(): Promise<void> {
    this.#left.abort(new ReaderLeft());
    const ended = this.#hasBegun ? readToEnd(this.#events) : this.#events.return(undefined);
    // How the call ends inside is of no interest to a reader who has left.
    await ended.catch(() => undefined);
  }
}

/** LangChain's handlers write until the call has ended, into a stream that has to be open, and read, until then. */
async function readToEnd(events: AsyncIterator<unknown>): Promise<void> {
  while ((await events.next()).done !== true);
}

/** The same as a stream of events, such as `streamEvents` gives. */
export function leavableEvents<Options extends object, Event>(
  options: Options,
  open: (options: Options) => IterableReadableStream<Event>,
): IterableReadableStream<Event> {
  return TokenStream.over(leavable(options, open as (options: Options) => AsyncGenerator<Event>));
}
