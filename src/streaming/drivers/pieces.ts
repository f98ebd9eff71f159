/**
 * The protocol by which the pieces of an answer are pushed from whoever makes them to whoever reads them: the deltas of
 * a call, the events made of them, the one chunk of a cached answer. A reader asks for what is next and is called back
 * once, at once or later, with all that has arrived; so a batch costs one call, and no promise.
 */

/** Takes the pieces that a {@link PieceSource} was asked for. */
export interface PieceReader<Piece> {
  /** All pieces that have arrived, at least one; `undefined` after the last. */
  onPieces(pieces: readonly Piece[] | undefined): void;
  /** The answer ended with an error, or was closed for this reason. */
  onError(error: unknown): void;
}

/** Gives the pieces of an answer, a batch at a time. */
export interface PieceSource<Piece> {
  /** Calls the reader back once, at once or later. One call at a time. */
  next(reader: PieceReader<Piece>): void;
  /** Ends the answer: a pending or later {@link next} gives `reason` as its error. */
  close(reason: Error): void;
  /** Calls back when the answer ends with an error by itself while nobody waits for it. */
  whenInterrupted?(onInterrupted: (error: unknown) => void): void;
}
