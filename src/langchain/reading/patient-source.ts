import type { PieceReader, PieceSource } from "../../streaming/drivers/pieces.js";

/**
 * Asks for the next pieces a turn later, when all records of a read of the socket are there: together they are
 * decoded in less time than one by one. For a reader who looks at nothing before the end.
 */
export class PatientSource<Piece> implements PieceSource<Piece> {
  readonly #source: PieceSource<Piece>;

  constructor(source: PieceSource<Piece>) {
    this.#source = source;
  }

  next(reader: PieceReader<Piece>): void {
    void Promise.resolve().then(() => {
      this.#source.next(reader);
    });
  }

  close(reason: Error): void {
    this.#source.close(reason);
  }

  whenInterrupted(onInterrupted: (error: unknown) => void): void {
    this.#source.whenInterrupted?.(onInterrupted);
  }
}
