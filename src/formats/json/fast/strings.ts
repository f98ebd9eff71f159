/**
 * Reads what stands between the quotes of JSON strings, as `JSON.parse` does: escapes of two characters by hand,
 * others and long strings that are not plain by `JSON.parse` itself. What it gives keeps no other text alive.
 */
import { asciiText, indexOfByte, utf8Text } from "../../../runtime/node.js";
import { BACKSLASH, QUOTE, SPACE } from "./characters.js";
import { FixedText } from "./fixed-text.js";
import { Hole } from "./hole.js";
import type { Source } from "./source.js";

/** The codes that escapes of two characters stand for, by the code of the second one; 0 for others. */
const ESCAPED = /* @__PURE__ */ new Uint8Array(0x100);
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  ESCAPED[(letter as string).charCodeAt(0)] = (character as string).charCodeAt(0);
}

const LAST_ASCII = 0x7f;

/** Up to so many bytes, a loop in JavaScript is cheaper than `JSON.parse` (measured). */
const LONGEST_BY_HAND = 96;

/** From so many bytes on, reading them four at a time is cheaper than `JSON.parse`, if they are plain (measured). */
const SHORTEST_PLAIN = 1024;

/** A string of fewer bytes is read again for what it would cost to compare it. */
const SHORTEST_KEPT = 16;

/** After so many other strings in a row, a hole does not look for its last one for so many reads. */
const MOST_CHANGES = 8;
const READS_OF_REST = 64;

/** A string whose escapes are being read. */
const UNESCAPED = /* @__PURE__ */ new Uint8Array(LONGEST_BY_HAND);

/** Text of up to so many bytes is made of their codes, since a call of a decoder costs more; by their number. */
const LONGEST_OF_CODES = 16;
const CODES = /* @__PURE__ */ Array.from({ length: LONGEST_OF_CODES + 1 }, (_, length) =>
  Array.from({ length }, () => 0),
);

/** A place in which strings differ; the quotes are part of the fixed text around it. */
export class StringHole extends Hole {
  /** The string that stood here last: the id of an answer stays, and reading it again costs more. */
  #last: FixedText | undefined;
  /** Counts the changes after which a string is kept; up to 0 it rests. */
  #changesLeft = MOST_CHANGES;
  /** The last string was too long to be read by hand, and so may the next one be. */
  #isLong = false;

  read(source: Source, start: number): string | undefined {
    const { bytes } = source;
    const last = this.#last;
    if (
      last !== undefined &&
      start + last.length < bytes.length &&
      bytes[start + last.length] === QUOTE &&
      last.standsIn(source, start)
    ) {
      this.end = start + last.length;
      this.#changesLeft = MOST_CHANGES;
      return last.text;
    }
    if (this.#isLong) return this.#readLong(source, start);
    const limit = start + LONGEST_BY_HAND;
    let at = start;
    let code = bytes[at] as number;
    while (code !== QUOTE && code !== BACKSLASH && code >= SPACE && at < limit) {
      code = bytes[++at] as number;
    }
    if (code === QUOTE) {
      this.end = at;
      const text = textOf(bytes, start, at);
      if (at - start >= SHORTEST_KEPT) this.#keep(text, source, start);
      return text;
    }
    const value = code === BACKSLASH ? this.#readEscaped(bytes, start, limit) : undefined;
    return value ?? this.#readLong(source, start);
  }

  /** Remembers a string without escapes. */
  #keep(text: string, source: Source, start: number): void {
    this.#changesLeft--;
    if (this.#changesLeft === -READS_OF_REST) this.#changesLeft = 1;
    this.#last = this.#changesLeft > 0 ? new FixedText(text, source, start, this.end) : undefined;
  }

  /** The string, if it and its escapes are short. */
  #readEscaped(bytes: Uint8Array, start: number, limit: number): string | undefined {
    let length = 0;
    let at = start;
    for (let code = bytes[at] as number; code !== QUOTE; code = bytes[++at] as number) {
      if (code === BACKSLASH) code = ESCAPED[bytes[++at] as number] as number;
      else if (code < SPACE) return undefined;
      if (!(code > 0) || at >= limit) return undefined;
      UNESCAPED[length++] = code;
    }
    this.end = at;
    return textOf(UNESCAPED, 0, length);
  }

  #readLong(source: Source, start: number): string | undefined {
    const { bytes } = source;
    const end = stringEnd(bytes, start);
    if (end === -1) return undefined;
    this.end = end;
    this.#isLong = end - start > LONGEST_BY_HAND;
    const plain = end - start < SHORTEST_PLAIN ? undefined : plainText(source, start, end);
    return plain ?? (parsed(bytes, start - 1, end + 1) as string | undefined);
  }
}

/** Four times the first character that may stand in a string, and the bits that show that a byte was less. */
const SPACES = 0x20202020;
const BORROWS = 0x80808080;

/** The text of bytes that are ASCII without control characters and escapes; `undefined` for others. */
function plainText({ bytes, view }: Source, start: number, end: number): string | undefined {
  let at = start;
  let marks = 0;
  for (const last = end - 16; at <= last; at += 16) {
    marks |= (view.getInt32(at, true) - SPACES) | (view.getInt32(at + 4, true) - SPACES);
    marks |= (view.getInt32(at + 8, true) - SPACES) | (view.getInt32(at + 12, true) - SPACES);
  }
  for (; at < end; at++) marks |= (bytes[at] as number) - SPACE;
  if ((marks & BORROWS) !== 0) return undefined;
  const text = asciiText(bytes, start, end);
  return text?.includes("\\") === true ? undefined : text;
}

/** The text of bytes, which are few most times, and ASCII. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  const codes = CODES[end - start];
  if (codes === undefined) return utf8Text(bytes, start, end);
  for (let at = 0; at < codes.length; at++) {
    const code = bytes[start + at] as number;
    if (code > LAST_ASCII) return utf8Text(bytes, start, end);
    codes[at] = code;
  }
  return String.fromCharCode(...codes);
}

/** Finds the closing quote of the string that begins here; -1 where there is none. */
export function stringEnd(bytes: Uint8Array, start: number): number {
  let end = indexOfByte(bytes, QUOTE, start);
  while (end > start && bytes[end - 1] === BACKSLASH && isEscaped(bytes, start, end)) {
    end = indexOfByte(bytes, QUOTE, end + 1);
  }
  return end;
}

/** Tells whether an odd number of backslashes stands before a quote. */
function isEscaped(bytes: Uint8Array, start: number, quote: number): boolean {
  let at = quote;
  while (at > start && bytes[at - 1] === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

/** Parses a part of the bytes like `JSON.parse`; `undefined` if that is an error. */
export function parsed(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(utf8Text(bytes, start, end));
  } catch {
    return undefined;
  }
}
