import { LONGEST_STRING } from "#runtime";
import { answerTooLong } from "./too-large.js";

/** So many pieces are joined at a time. */
const PIECES = 256;

/**
 * Text that comes in many pieces. A string that grows by `+=` keeps every piece, and a node for each,
 * until it is read: for a million tokens many times the text itself. Here they are joined now and then.
 */
export class Rope {
  readonly #longest: number;
  #joined = "";
  #pieces: string[] = [];
  #room: number;

  /** @param longest in UTF-16 code units. */
  constructor(longest = LONGEST_STRING) {
    this.#longest = this.#room = longest;
  }

  /** @throws ResponseTooLargeError where all of it would be longer than a string can be. */
  add(piece: string): void {
    if (piece.length > this.#room) throw answerTooLong(this.#longest);
    this.#room -= piece.length;
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
    this.#room = this.#longest;
  }

  #join(): void {
    if (this.#pieces.length === 0) return;
    this.#joined += this.#pieces.join("");
    this.#pieces = [];
  }
}
