/** So many pieces are joined at a time. */
const PIECES = 256;

/**
 * Text that comes in many pieces. A string that grows by `+=` keeps every piece, and a node for each,
 * until it is read: for a million tokens many times the text itself. Here they are joined now and then.
 */
export class JoinedText {
  #joined = "";
  #pieces: string[] = [];

  add(piece: string): void {
    if (piece !== "" && this.#pieces.push(piece) === PIECES) this.#join();
  }

  /** All of it so far. */
  toString(): string {
    this.#join();
    return this.#joined;
  }

  clear(): void {
    this.#joined = "";
    this.#pieces = [];
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    this.#joined += this.#pieces.join("");
    this.#pieces = [];
  }
}
