import { FixedText } from "../json/fast/fixed-text.js";
import { Trail } from "../json/fast/shape.js";
import type { Source } from "../json/fast/source.js";

/** More lines than a provider has events, and longer ones, are read like all others. */
const MOST_LINES = 32;
const LONGEST_LINE = 64;

const ASCII = /^[\x20-\x7e]*$/;

/**
 * The lines that name the events of a format's streams, known by their bytes: a provider has a dozen, and
 * writes one before each record. To find one costs a fraction of what it costs to decode and to read it.
 */
export class EventNames {
  readonly #lines: EventLine[] = [];
  #last: EventLine | undefined;

  /** The line that begins here, with its line end, if it is known. Where there is a source of the bytes, that is faster. */
  find(bytes: Uint8Array, start: number, source?: Source): EventLine | undefined {
    const last = this.#last;
    if (last === undefined) return undefined;
    const { next } = last;
    const line = next.standsAt(bytes, start, source) ? next : this.#search(bytes, start, source);
    if (line === undefined) return undefined;
    last.next = line;
    this.#last = line;
    return line;
  }

  #search(bytes: Uint8Array, start: number, source?: Source): EventLine | undefined {
    const lines = this.#lines;
    for (let index = 0; index < lines.length; index++) {
      const line = lines[index] as EventLine;
      if (line.standsAt(bytes, start, source)) return line;
    }
    return undefined;
  }

  /** Takes in a line, without its line end, if it is worth it. */
  add(text: string, name: string): void {
    const lines = this.#lines;
    if (lines.length === MOST_LINES || text.length > LONGEST_LINE || !ASCII.test(text)) return;
    if (lines.some((line) => line.text === text)) return;
    this.#last = new EventLine(text, name);
    lines.push(this.#last);
  }
}

/** A line that names an event. */
export class EventLine {
  /** The name that came after it the last time. */
  next: EventLine = this;
  /** Of the records of such events. */
  readonly trail = new Trail();
  readonly #bytes: Uint8Array;
  readonly #fixed: FixedText;

  constructor(
    readonly text: string,
    readonly name: string,
  ) {
    this.#bytes = Uint8Array.from(`${text}\n`, (character) => character.charCodeAt(0));
    this.#fixed = FixedText.of(`${text}\n`);
  }

  /** With its line end. */
  get byteLength(): number {
    return this.#bytes.length;
  }

  /** Tells whether it stands here. From its end, since all lines begin alike. */
  standsAt(bytes: Uint8Array, start: number, source?: Source): boolean {
    if (source !== undefined) return this.#fixed.standsIn(source, start);
    const expected = this.#bytes;
    let at = expected.length - 1;
    while (at >= 0 && bytes[start + at] === expected[at]) at--;
    return at === -1;
  }
}
