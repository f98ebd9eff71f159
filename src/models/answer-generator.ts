/** Where the pieces of an answer come from: the network, or a cache. */
export interface PieceSource<Piece> {
  /** All pieces that have arrived, at least one; `undefined` after the last. One call at a time. */
  next(): Promise<readonly Piece[] | undefined>;
  /** Ends it: a pending {@link next} rejects with `reason`. */
  close(reason: Error): void;
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

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * An answer as an async generator. It differs from a native one in three ways. What arrived together is
 * handed over without running anything, where a native generator is resumed for every token. `return()`
 * takes effect at once, where a native one waits behind a pending `next()`, so that a reader who leaves
 * would hold the connection until the next token. And an abort ends the answer though nobody reads:
 * LangChain never resumes a generator whose signal fired between two reads.
 */
export class AnswerGenerator<Output> implements AsyncGenerator<Output, void, undefined> {
  readonly #answer: Answer<Output>;
  #open: OpenAnswer<unknown, Output> | undefined;
  #pieces: readonly unknown[] = [];
  #at = 0;
  /** Takes pieces without waiting; absent before the first read, and where somebody listens. */
  #take: ((piece: unknown) => Output | undefined) | undefined;
  #state: "unread" | "running" | "over" = "unread";
  #abortError: Error | undefined;
  #readerLeft: Error | undefined;
  /** The last of the calls of `next()` that wait. */
  #queue: Promise<unknown> | undefined;

  constructor(answer: Answer<Output>) {
    this.#answer = answer;
  }

  /** The next token or chunk. */
  next(): Promise<IteratorResult<Output, void>> {
    if (this.#take !== undefined && this.#queue === undefined) {
      try {
        while (this.#at < this.#pieces.length) {
          const value = this.#take(this.#pieces[this.#at++]);
          if (value !== undefined) return Promise.resolve({ done: false, value });
        }
      } catch (error) {
        return this.#enqueue(() => this.#fail(error));
      }
    }
    return this.#enqueue(() => this.#advance());
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

  /** Serves calls that did not wait for each other in turn. */
  #enqueue<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#queue === undefined ? step() : this.#queue.then(step, step);
    this.#queue = turn;
    const free = (): void => {
      if (this.#queue === turn) this.#queue = undefined;
    };
    turn.then(free, free);
    return turn;
  }

  async #advance(): Promise<IteratorResult<Output, void>> {
    if (this.#state === "over") return DONE;
    try {
      const open = await this.#opened();
      for (;;) {
        while (this.#at < this.#pieces.length) {
          this.#throwIfEnded();
          const piece = this.#pieces[this.#at++];
          const value = open.tellAndTake ? await open.tellAndTake(piece) : open.take(piece);
          if (value !== undefined) return { done: false, value };
        }
        this.#throwIfEnded();
        const pieces = await open.source.next();
        if (pieces === undefined) {
          this.#finish();
          await open.complete?.();
          return DONE;
        }
        this.#pieces = pieces;
        this.#at = 0;
      }
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #opened(): Promise<OpenAnswer<unknown, Output>> {
    if (this.#open !== undefined) return this.#open;
    this.#state = "running";
    const { signal } = this.#answer;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
    const open = await this.#answer.open();
    this.#open = open;
    this.#throwIfEnded();
    if (open.tellAndTake === undefined) this.#take = (piece) => open.take(piece);
    return open;
  }

  readonly #onAbort = (): void => {
    const error = this.#answer.abortError(this.#answer.signal as AbortSignal);
    this.#abortError = error;
    this.#drop(error);
    // Before it has begun there is no run to end yet: opening sees the abort.
    if (this.#open !== undefined) void this.#answer.failed?.(error);
  };

  #throwIfEnded(): void {
    const reason = this.#abortError ?? this.#readerLeft;
    if (reason !== undefined) throw reason;
  }

  /** What has arrived but was not taken is void. */
  #drop(reason: Error): void {
    this.#pieces = [];
    this.#at = 0;
    this.#take = undefined;
    this.#open?.source.close(reason);
  }

  #finish(): void {
    this.#state = "over";
    this.#take = undefined;
    this.#answer.signal?.removeEventListener("abort", this.#onAbort);
  }

  async #fail(error: unknown): Promise<IteratorResult<Output, void>> {
    this.#finish();
    this.#drop(error as Error);
    if (this.#readerLeft !== undefined) {
      await this.#answer.left?.();
      return DONE;
    }
    await this.#answer.failed?.(error);
    throw error;
  }

  async #leave(): Promise<void> {
    if (this.#state === "over") return;
    const readerLeft = (this.#readerLeft ??= new Error("The reader stopped reading."));
    if (this.#state === "unread") {
      this.#finish();
      return;
    }
    this.#drop(readerLeft);
    // A pending next() sees it; without one, this is the end.
    if (this.#queue === undefined) await this.#fail(readerLeft);
    else await this.#queue.catch(() => undefined);
  }
}
