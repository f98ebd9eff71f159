import type { PieceSource } from "../../streaming/drivers/pieces.js";

/** An answer that has begun. */
export interface OpenAnswer<Piece, Output> {
  readonly source: PieceSource<Piece>;
  /** Gives the reader's output of a piece, `undefined` for nothing. Called when the reader is there to take it. */
  take(piece: Piece): Output | undefined;
  /** The same where handlers are notified first: the reader waits for them. */
  deliver?(piece: Piece): Promise<Output | undefined>;
  /** The reader has taken all. */
  complete?(): Promise<void>;
}

/** One answer, from before it begins to its end. Exactly one of the endings is called. */
export interface Answer<Output> {
  readonly signal: AbortSignal | undefined;
  /** Begins it. Of which kind its pieces are is its own business. */
  open(): OpenAnswer<unknown, Output> | Promise<OpenAnswer<unknown, Output>>;
  /** The error that the answer ends with when the signal fires. */
  abortError(signal: AbortSignal): Error;
  /** It ended with an error, of whatever kind. */
  failed?(error: unknown): Promise<void>;
  /** The reader left before the end. */
  left?(): Promise<void>;
}
