/**
 * Reads what stands between the quotes of JSON strings, as `JSON.parse` does: short ones by hand, escapes
 * of two characters included, all others by `JSON.parse` itself. What it gives keeps no other text alive.
 */
import { BACKSLASH, QUOTE, SPACE } from "./characters.js";
import { Hole } from "./hole.js";

/** V8 copies a slice of up to so many characters; a longer one would keep the text it was cut from alive. */
export const LONGEST_COPY = 12;
const LONGEST_SHORT = 2 * LONGEST_COPY;

/** After so many other long strings in a row, a hole does not look for its last one for so many reads. */
const MOST_CHANGES = 8;
const READS_OF_REST = 64;

/** For so many reads after a long string, the next one is expected to be long as well. */
const READS_AFTER_LONG = 8;

/** What an escape of two characters stands for, by the code of the second one. */
const ESCAPED: (string | undefined)[] = /* @__PURE__ */ Array.from({ length: 0x80 });
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  ESCAPED[(letter as string).charCodeAt(0)] = character;
}

/** A place in which strings differ; the quotes are part of the fixed text around it. */
export class StringHole extends Hole {
  /** The long string that stood here last: the id of an answer stays, and reading it again costs more. */
  #last = "";
  /** For how many reads to look first whether the string is too long to be read by hand. */
  #mayBeLong = 0;
  /** How many changes more to remember a string after; up to 0 it rests. */
  #changesLeft = MOST_CHANGES;

  read(text: string, start: number): string | undefined {
    const last = this.#last;
    if (last !== "") {
      const lastEnd = start + last.length;
      if (text.charCodeAt(lastEnd) === QUOTE && text.slice(start, lastEnd) === last) {
        this.end = lastEnd;
        this.#changesLeft = MOST_CHANGES;
        return last;
      }
    }
    if (this.#mayBeLong > 0) {
      this.#mayBeLong--;
      const end = text.indexOf('"', start);
      if (end - start > LONGEST_SHORT) return this.#readLong(text, start, end);
    }
    return this.#readShort(text, start) ?? this.#readLong(text, start, text.indexOf('"', start));
  }

  /** The string, if it is short and its escapes are. */
  #readShort(text: string, start: number): string | undefined {
    const limit = start + LONGEST_SHORT;
    let value = "";
    let from = start;
    for (let at = start; at <= limit; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.end = at;
        return from === start ? copyOf(text, from, at) : value + copyOf(text, from, at);
      }
      if (code === BACKSLASH) {
        const character = ESCAPED[text.charCodeAt(at + 1)];
        if (character === undefined) return undefined;
        value += copyOf(text, from, at) + character;
        at++;
        from = at + 1;
      } else if (!(code >= SPACE)) {
        return undefined;
      }
    }
    return undefined;
  }

  /** @param quote The first one behind `start`. */
  #readLong(text: string, start: number, quote: number): string | undefined {
    const end = unescapedQuote(text, start, quote);
    if (end === -1) return undefined;
    if (end - start > LONGEST_SHORT) this.#mayBeLong = READS_AFTER_LONG;
    let value: string;
    try {
      value = JSON.parse(text.slice(start - 1, end + 1)) as string;
    } catch {
      return undefined;
    }
    this.end = end;
    // A string with escapes is shorter than its text, with which it would be compared.
    if (value.length === end - start && value.length > LONGEST_SHORT) this.#remember(value);
    return value;
  }

  #remember(value: string): void {
    this.#changesLeft--;
    if (this.#changesLeft === -READS_OF_REST) this.#changesLeft = 1;
    this.#last = this.#changesLeft > 0 ? value : "";
  }
}

/** A part of a text, of two pieces at the most, that does not keep it alive. */
function copyOf(text: string, start: number, end: number): string {
  if (end - start <= LONGEST_COPY) return text.slice(start, end);
  const middle = start + LONGEST_COPY;
  return text.slice(start, middle) + text.slice(middle, end);
}

/** Where the string ends that begins here: at its closing quote, or at -1. */
export function stringEnd(text: string, start: number): number {
  return unescapedQuote(text, start, text.indexOf('"', start));
}

/** The first quote from this one on that no backslash escapes. */
function unescapedQuote(text: string, start: number, quote: number): number {
  let end = quote;
  while (end > start && text.charCodeAt(end - 1) === BACKSLASH && isEscaped(text, start, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end;
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, start: number, quote: number): boolean {
  let at = quote;
  while (at > start && text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

/** The same text, keeping no other alive: `join` writes a new string, `+` and `slice` may only refer. */
export function ownCopy(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join("");
}
