/**
 * An answer as an async generator, written out as the state machine that it is. It differs from a native generator
 * in three ways. A token costs one promise, and what arrived together is handed over without running anything,
 * where a native one is resumed, and takes several turns, for every token. `return()` takes effect at once, where
 * a native one waits behind a pending `next()`, so that a reader who leaves would hold the connection until the
 * next token. And an abort ends the answer though nobody reads: LangChain never resumes a generator whose signal
 * fired between two reads.
 *
 * | state | meaning | what leads out of it |
 * | --- | --- | --- |
 * | `unread` | nobody has read yet, nothing has begun | `next()`: `opening`; `return()`: `over` |
 * | `opening` | the run starts and the call is made | it is open: `idle`; an error or an abort: `ending` |
 * | `idle` | nothing is waited for; pieces may be there | a read with pieces: stays, or `delivering`; without: `reading`; `return()`: `ending` |
 * | `reading` | the source was asked for more | pieces: `idle`; the end, an error, an abort: `ending` |
 * | `delivering` | handlers are notified of a piece | they are done: `idle`; one throws, an abort or `return()`: `ending` |
 * | `ending` | the run ends, and handlers hear of it | they are done: `over` |
 * | `over` | every read gives the end | |
 *
 * `return()` in `reading` or `opening` closes the source, and the state takes its course to `ending`; so does an abort
 * whose reason is that the reader left. In `delivering` `return()` does not wait for the handlers: it may be one of
 * them that leaves. An abort in `idle` or `unread` is kept, and the next read gives it. After `ending` nothing leads
 * back.
 */
import type { AsyncContext } from "#runtime";
import { answerContext } from "../core-members.js";
import type { PieceReader } from "../../streaming/drivers/pieces.js";
import type { Answer, OpenAnswer } from "./answer.js";
import { DONE, LeavableGenerator } from "./leavable-generator.js";
import { ReadQueue } from "./read-queue.js";
import { ReaderLeft } from "./reader-left.js";
import { heldReaders, watchReader } from "./watch-reader.js";

type State = "unread" | "opening" | "idle" | "reading" | "delivering" | "ending" | "over";

const NO_PIECES: readonly unknown[] = [];

/** The reader's side of an answer. */
export class AnswerIterator<Output>
  extends LeavableGenerator<Output>
  implements PieceReader<unknown>
{
  readonly #answer: Answer<Output>;
  #state: State = "unread";
  /** The calls of `next()` that wait. */
  readonly #reads: ReadQueue<Output>;
  #open: OpenAnswer<unknown, Output> | undefined;
  /** The pieces that have arrived, and the place of the next of them. */
  #pieces = NO_PIECES;
  #at = 0;
  /** The reason for which the answer is to end: its signal, or an error while nobody read. */
  #interruption: Error | undefined;
  /** The reader has left, and is told of no error. */
  #readerLeft: ReaderLeft | undefined;
  #endWatch: (() => void) | undefined;
  /** The context in which handlers are notified of tokens: that in which the answer began, however its pieces came. */
  #context: AsyncContext | undefined;

  constructor(answer: Answer<Output>) {
    super();
    this.#answer = answer;
    this.#reads = new ReadQueue(this, answer.signal && heldReaders(answer.signal));
  }

  /** The next token or chunk. */
  next(): Promise<IteratorResult<Output, void>> {
    try {
      const value = this.#takeArrived();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    } catch (error) {
      void this.#fail(error);
    }
    const result = this.#reads.add();
    this.#serve();
    return result;
  }

  /** @ignore Called by the source. */
  onPieces(pieces: readonly unknown[] | undefined): void {
    if (pieces === undefined) {
      const reason = this.#endReason;
      void (reason === undefined ? this.#complete() : this.#fail(reason));
      return;
    }
    this.#hold(pieces);
    this.#state = "idle";
    this.#serve();
  }

  /** @ignore Called by the source. */
  onError(error: unknown): void {
    void this.#fail(error);
  }

  /**
   * The output of what has arrived, where no handler has to be notified. In `idle` no other read is before this one.
   */
  #takeArrived(): Output | undefined {
    if (this.#state !== "idle") return undefined;
    const open = this.#open as OpenAnswer<unknown, Output>;
    if (open.deliver !== undefined) return undefined;
    while (this.#at < this.#pieces.length) {
      const value = open.take(this.#takePiece());
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Answers the reads that wait, until something has to be waited for. */
  #serve(): void {
    while (!this.#reads.isEmpty) {
      if (this.#state === "idle") this.#advance(this.#open as OpenAnswer<unknown, Output>);
      else if (this.#state === "over") this.#reads.resolve(DONE);
      else if (this.#state === "unread") void this.#begin();
      else return;
    }
  }

  #advance(open: OpenAnswer<unknown, Output>): void {
    const reason = this.#endReason;
    if (reason !== undefined) {
      void this.#fail(reason);
    } else if (this.#at === this.#pieces.length) {
      this.#state = "reading";
      open.source.next(this);
    } else if (open.deliver === undefined) {
      this.#take();
    } else {
      void this.#deliver(open.deliver, this.#takePiece());
    }
  }

  /** The next of what has arrived. The last one lets go of all, for the answer may be silent for long then. */
  #takePiece(): unknown {
    const piece = this.#pieces[this.#at++];
    if (this.#at === this.#pieces.length) this.#hold(NO_PIECES);
    return piece;
  }

  #hold(pieces: readonly unknown[]): void {
    this.#pieces = pieces;
    this.#at = 0;
  }

  #take(): void {
    try {
      this.#give(this.#takeArrived());
    } catch (error) {
      void this.#fail(error);
    }
  }

  async #deliver(
    deliver: (piece: unknown) => Promise<Output | undefined>,
    piece: unknown,
  ): Promise<void> {
    this.#state = "delivering";
    try {
      const value = await this.#context?.runInAsyncScope(deliver, undefined, piece);
      if (this.#hasEnded()) return;
      this.#state = "idle";
      // Who has left gets nothing more: the read that waits gives the end.
      if (this.#endReason === undefined) this.#give(value);
      this.#serve();
    } catch (error) {
      if (!this.#hasEnded()) await this.#fail(error);
    }
  }

  #give(value: Output | undefined): void {
    if (value !== undefined) this.#reads.resolve({ done: false, value });
  }

  async #begin(): Promise<void> {
    try {
      this.#context = answerContext();
      this.#endWatch = watchReader(this, this.#answer, (reader) => {
        reader.#abort();
      });
      this.#state = "opening";
      this.#open = await this.#answer.open();
      this.#open.source.whenInterrupted?.(this.#interrupt);
      if (this.#hasEnded()) {
        await this.#endLate(this.#open);
        return;
      }
      this.#state = "idle";
      this.#serve();
    } catch (error) {
      if (!this.#hasEnded()) await this.#fail(error);
    }
  }

  /** It was aborted while it was being opened: the run that has begun by now ends as well. */
  async #endLate({ source }: OpenAnswer<unknown, Output>): Promise<void> {
    source.close(this.#interruption as Error);
    await this.#answer.failed?.(this.#interruption);
  }

  #abort(): void {
    this.#interrupt(this.#answer.abortError(this.#answer.signal as AbortSignal));
  }

  /** Ends the answer from outside, whether it is being read or not. */
  readonly #interrupt = (error: unknown): void => {
    if (this.#interruption !== undefined || this.#hasEnded()) return;
    this.#interruption = error as Error;
    this.#drop(error as Error);
    // Nothing is urgent when the reader has left: the read that waits ends the answer, after the handlers have heard.
    if (error instanceof ReaderLeft && this.#state !== "idle") return;
    // LangChain has logged what a handler throws. Before the run has begun, opening sees the abort.
    if (this.#open !== undefined) void this.#answer.failed?.(error).catch(() => undefined);
    // The reader does not wait for a handler that may never come back.
    if (this.#state === "opening" || this.#state === "delivering") void this.#fail(error);
  };

  /** Drops what has arrived but was not taken. */
  #drop(reason: Error): void {
    this.#hold(NO_PIECES);
    this.#open?.source.close(reason);
  }

  /** The reason for which the next read ends the answer. */
  get #endReason(): Error | undefined {
    return this.#interruption ?? this.#readerLeft;
  }

  #hasEnded(): boolean {
    return this.#state === "ending" || this.#state === "over";
  }

  async #complete(): Promise<void> {
    this.#beginEnding();
    try {
      await this.#open?.complete?.();
      this.#reads.resolve(DONE);
      this.#end();
    } catch (error) {
      await this.#fail(error);
    }
  }

  async #fail(error: unknown): Promise<void> {
    this.#beginEnding();
    this.#drop(error as Error);
    try {
      await this.#endBadly(error);
      this.#reads.resolve(DONE);
    } catch (failure) {
      this.#reads.reject(failure);
    }
    this.#end();
  }

  async #endBadly(error: unknown): Promise<void> {
    if (this.#readerLeft !== undefined) {
      await this.#answer.left?.();
      return;
    }
    await this.#answer.failed?.(error);
    throw error;
  }

  #beginEnding(): void {
    this.#state = "ending";
    this.#endWatch?.();
  }

  #end(): void {
    this.#state = "over";
    this.#serve();
  }

  /** Ends the answer: the request is closed. */
  protected async leave(): Promise<void> {
    if (this.#hasEnded()) return;
    const reason = (this.#readerLeft ??= new ReaderLeft());
    if (this.#state === "unread") {
      this.#state = "over";
      return;
    }
    this.#drop(reason);
    // A pending next() sees it; without one, this is the end.
    if (this.#state === "idle" || this.#state === "delivering") void this.#fail(reason);
    await this.next();
  }
}
