import { RecordTooLargeError } from "../errors.js";
import { TextBuffer } from "./bytes/text-buffer.js";
import { malformed } from "./json/record.js";
import { tryJson } from "./json/try-json.js";

/**
 * Collects the lines that a server writes beside its events, where it says of a failure what it says nowhere else: a
 * bare JSON value or page, and the comments of an event that reports an error.
 */
export class StrayLines {
  readonly #maxBytes: number;
  /** The lines of a bare value so far. */
  readonly #bare = new TextBuffer();
  readonly #comments = new TextBuffer();

  /** @param maxBytes the longest value, or comment. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A bare value has begun, and all lines up to an empty one are parts of it. */
  get isInBare(): boolean {
    return this.#bare.length > 0;
  }

  /** Takes a line of a bare value, which may be pretty-printed over many; tells whether it is whole with its first. */
  addBare(line: string): boolean {
    const isFirst = !this.isInBare;
    this.#bare.appendText(`${line}\n`);
    this.#check(this.#bare);
    // A value of several lines ends with an empty one, or with the stream: it is parsed once.
    return isFirst && tryJson(line) !== undefined;
  }

  /**
   * Says that a bare value ends here, if one has begun.
   *
   * @param index of the record in whose place it stands.
   * @throws ChunkParseError that shows it.
   */
  endBare(index: number): void {
    if (!this.isInBare) return;
    const bare = this.#bare.text().trim();
    const hint = bare.startsWith("<")
      ? undefined
      : "If the stream is JSON lines, use jsonLines(); if it is one JSON value, set streaming: false.";
    throw malformed(bare, { format: "sse", index }, 'expected a field such as "data:"', { hint });
  }

  /** Takes a comment within an event that reports an error: some servers have its words nowhere else. */
  addComment(comment: string): void {
    this.#comments.appendText(this.#comments.length === 0 ? comment : `\n${comment}`);
    this.#check(this.#comments);
  }

  /** The comments since the last call. */
  takeComments(): string {
    if (this.#comments.length === 0) return "";
    const comments = this.#comments.text();
    this.#comments.clear();
    return comments;
  }

  #check({ byteLength }: TextBuffer): void {
    if (byteLength > this.#maxBytes) throw new RecordTooLargeError(this.#maxBytes);
  }
}
