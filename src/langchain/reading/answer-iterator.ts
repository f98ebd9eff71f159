import { type AsyncContext, collectionRegistry, weakReference } from "#runtime";
import { answerContext } from "../core-members.js";

/** Who reads pieces. */
export interface PieceReader<Piece> {
  /** All pieces that have arrived, at least one; `undefined` after the last. */
  onPieces(pieces: readonly Piece[] | undefined): void;
  onError(error: unknown): void;
}

/** Where the pieces of an answer come from: the network, or a cache. */
export interface PieceSource<Piece> {
  /** Calls the reader back once, at once or later. One call at a time. */
  next(reader: PieceReader<Piece>): void;
  /** Ends it: a pending {@link next} gives `reason` as its error. */
  close(reason: Error): void;
  /** Calls back when it ends with an error by itself while nobody waits for it. */
  whenInterrupted?(onInterrupted: (error: unknown) => void): void;
}

/** An answer that has begun. */
export interface OpenAnswer<Piece, Output> {
  readonly source: PieceSource<Piece>;
  /** What the reader is given of a piece, `undefined` for nothing. Called when the reader is there to take it. */
  take(piece: Piece): Output | undefined;
  /** The same where somebody listens, who is told and waited for before the reader gets it. */
  tellAndTake?(piece: Piece): Promise<Output | undefined>;
  /** The reader has taken all. */
  complete?(): Promise<void>;
}

/** One answer, from before it begins to how it ends. Exactly one of the endings is called. */
export interface Answer<Output> {
  readonly signal: AbortSignal | undefined;
  /** Begins it. What its pieces are is its own business. */
  open(): OpenAnswer<unknown, Output> | Promise<OpenAnswer<unknown, Output>>;
  /** The error that the answer ends with when the signal fires. */
  abortError(signal: AbortSignal): Error;
  /** It ended with an error, of whatever kind. */
  failed?(error: unknown): Promise<void>;
  /** The reader left before the end. */
  left?(): Promise<void>;
}

/** A call of `next()` that waits. Of a class for the reason that `TextDelta` is. */
class Waiting<Output> {
  resolve!: (result: IteratorResult<Output, void>) => void;
  reject!: (error: unknown) => void;
  readonly result = new Promise<IteratorResult<Output, void>>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** What is left to do for an answer whose reader was dropped without a word, and has been collected since. */
interface Remains {
  readonly answer: Pick<Answer<unknown>, "left" | "signal">;
  readonly onAbort: (() => void) | undefined;
}

/** The connection is closed below; here the run ends, and nobody listens to its signal any more. */
const dropped = /* @__PURE__ */ collectionRegistry<Remains>(
  ({ answer: { left, signal }, onAbort }) => {
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
    void left?.().catch(() => undefined);
  },
);

const NO_PIECES: readonly unknown[] = [];

/** An abort by another way. */
function readerLeftReason(): Error {
  return Object.assign(new Error("The reader stopped reading."), { name: "AbortError" });
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An answer as an async generator. It differs from a native one in three ways. A token costs one promise,
 * and what arrived together is handed over without running anything, where a native generator is resumed,
 * and takes several turns, for every token. `return()` takes effect at once, where a native one waits behind
 * a pending `next()`, so that a reader who leaves would hold the connection until the next token. And an
 * abort ends the answer though nobody reads: LangChain never resumes a generator whose signal fired between
 * two reads.
 */
export class AnswerIterator<Output>
  implements AsyncGenerator<Output, void, undefined>, PieceReader<unknown>
{
  readonly #answer: Answer<Output>;
  #open: OpenAnswer<unknown, Output> | undefined;
  #pieces = NO_PIECES;
  #at = 0;
  #state: "unread" | "running" | "over" = "unread";
  /** The source, a handler or an ending is being waited for. */
  #busy = false;
  /** It is a handler. */
  #isHandlerBusy = false;
  /** Where handlers are told of tokens: the context in which the answer began, however its pieces came. */
  #context: AsyncContext | undefined;
  /** Listens to the signal, which may live longer than the reader and must not keep it. */
  #onAbort: (() => void) | undefined;
  #abortError: Error | undefined;
  #readerLeft: Error | undefined;
  #waiting: Waiting<Output> | undefined;
  /** Served after that one, in turn: calls of a reader who does not await them. */
  readonly #queue: Waiting<Output>[] = [];

  constructor(answer: Answer<Output>) {
    this.#answer = answer;
  }

  /** The next token or chunk. */
  next(): Promise<IteratorResult<Output, void>> {
    try {
      const value = this.#takeArrived();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    } catch (error) {
      void this.#fail(error);
    }
    const call = new Waiting<Output>();
    if (this.#waiting === undefined) this.#waiting = call;
    else this.#queue.push(call);
    this.#serve();
    return call.result;
  }

  /** Ends the answer: the request is closed. */
  async return(): Promise<IteratorResult<Output, void>> {
    await this.#leave();
    return DONE;
  }

  /** Ends the answer like {@link return}, and rejects with `error`. */
  async throw(error: unknown): Promise<IteratorResult<Output, void>> {
    await this.#leave();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
  }

  /** @ignore What the source calls. */
  onPieces(pieces: readonly unknown[] | undefined): void {
    if (pieces === undefined) {
      const ended = this.#abortError ?? this.#readerLeft;
      void (ended === undefined ? this.#complete() : this.#fail(ended));
      return;
    }
    this.#hold(pieces);
    this.#busy = false;
    this.#serve();
  }

  /** @ignore What the source calls. */
  onError(error: unknown): void {
    void this.#fail(error);
  }

  /** Output of what has arrived, if nobody is before us and nobody has to be told. */
  #takeArrived(): Output | undefined {
    const open = this.#open;
    if (open === undefined || open.tellAndTake !== undefined || this.#waiting) return;
    while (this.#at < this.#pieces.length) {
      const value = open.take(this.#takePiece());
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Gives those who wait what is there, and asks for more until somebody has to be waited for. */
  #serve(): void {
    while (!this.#busy && this.#waiting !== undefined) {
      if (this.#state === "over") this.#settle(DONE);
      else if (this.#open === undefined) void this.#begin();
      else this.#advance(this.#open);
    }
  }

  #advance(open: OpenAnswer<unknown, Output>): void {
    const ended = this.#abortError ?? this.#readerLeft;
    if (ended !== undefined) {
      void this.#fail(ended);
    } else if (this.#at === this.#pieces.length) {
      this.#busy = true;
      open.source.next(this);
    } else {
      const piece = this.#takePiece();
      if (open.tellAndTake === undefined) this.#take(open, piece);
      else void this.#tell(open.tellAndTake, piece);
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

  #take(open: OpenAnswer<unknown, Output>, piece: unknown): void {
    try {
      this.#give(open.take(piece));
    } catch (error) {
      void this.#fail(error);
    }
  }

  async #tell(
    tellAndTake: (piece: unknown) => Promise<Output | undefined>,
    piece: unknown,
  ): Promise<void> {
    this.#busy = this.#isHandlerBusy = true;
    try {
      const value = await this.#context?.runInAsyncScope(tellAndTake, undefined, piece);
      if (this.#isOver()) return;
      this.#busy = this.#isHandlerBusy = false;
      this.#give(value);
      this.#serve();
    } catch (error) {
      if (!this.#isOver()) await this.#fail(error);
    }
  }

  #give(value: Output | undefined): void {
    if (value !== undefined) this.#settle({ done: false, value });
  }

  #settle(result: IteratorResult<Output, void>): void {
    this.#takeCall()?.resolve(result);
  }

  /** The call whose turn it is. */
  #takeCall(): Waiting<Output> | undefined {
    const call = this.#waiting;
    this.#waiting = this.#queue.shift();
    return call;
  }

  async #begin(): Promise<void> {
    this.#busy = true;
    this.#state = "running";
    this.#context = answerContext();
    this.#listen(this.#answer.signal);
    dropped.register(this, { answer: this.#answer, onAbort: this.#onAbort }, this);
    this.#isHandlerBusy = true;
    try {
      this.#open = await this.#answer.open();
      this.#open.source.whenInterrupted?.(this.#interrupt);
      if (this.#isOver()) {
        await this.#endLate(this.#open);
        return;
      }
      this.#busy = this.#isHandlerBusy = false;
      this.#serve();
    } catch (error) {
      if (!this.#isOver()) await this.#fail(error);
    }
  }

  /** It was aborted while it was being opened: the run that has begun by now ends as well. */
  async #endLate({ source }: OpenAnswer<unknown, Output>): Promise<void> {
    source.close(this.#abortError as Error);
    await this.#answer.failed?.(this.#abortError);
  }

  async #complete(): Promise<void> {
    this.#finish();
    try {
      await this.#open?.complete?.();
      this.#settle(DONE);
      this.#busy = false;
      this.#serve();
    } catch (error) {
      await this.#fail(error);
    }
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) this.#abort();
    if (signal === undefined || signal.aborted) return;
    const self = weakReference(this);
    this.#onAbort = () => {
      const answer = self.deref();
      if (answer !== undefined) answer.#abort();
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  #abort(): void {
    this.#interrupt(this.#answer.abortError(this.#answer.signal as AbortSignal));
  }

  /** Ends it from outside, whoever waits or does not. */
  readonly #interrupt = (error: unknown): void => {
    if (this.#abortError !== undefined || this.#state === "over") return;
    this.#abortError = error as Error;
    this.#drop(error as Error);
    // LangChain has logged what a handler throws. Before the run has begun, opening sees the abort.
    if (this.#open !== undefined) void this.#answer.failed?.(error).catch(() => undefined);
    // The reader does not wait for a handler that may never come back.
    if (this.#isHandlerBusy) void this.#fail(error);
  };

  /** What has arrived but was not taken is void. */
  #drop(reason: Error): void {
    this.#hold(NO_PIECES);
    this.#open?.source.close(reason);
  }

  /** Asked after a wait, in which it may have been aborted. */
  #isOver(): boolean {
    return this.#state === "over";
  }

  #finish(): void {
    this.#state = "over";
    dropped.unregister(this);
    if (this.#onAbort) this.#answer.signal?.removeEventListener("abort", this.#onAbort);
  }

  async #fail(error: unknown): Promise<void> {
    this.#busy = true;
    this.#finish();
    this.#drop(error as Error);
    try {
      await this.#endBadly(error);
      this.#settle(DONE);
    } catch (failure) {
      this.#takeCall()?.reject(failure);
    }
    this.#busy = false;
    this.#serve();
  }

  async #endBadly(error: unknown): Promise<void> {
    if (this.#readerLeft !== undefined) {
      await this.#answer.left?.();
      return;
    }
    await this.#answer.failed?.(error);
    throw error;
  }

  async #leave(): Promise<void> {
    if (this.#state === "over") return;
    const readerLeft = (this.#readerLeft ??= readerLeftReason());
    if (this.#state === "unread") {
      this.#finish();
      return;
    }
    this.#drop(readerLeft);
    // A pending next() sees it; without one, this is the end.
    if (!this.#busy) void this.#fail(readerLeft);
    await this.next();
  }
}
