/**
 * Reads what stands between the quotes of JSON strings, as `JSON.parse` does: escapes of two characters by hand,
 * others and long strings with any by `JSON.parse` itself. What it gives keeps no other text alive.
 */
import { allocateBytes, indexOfByte, utf8Text } from "#runtime";
import { BACKSLASH, QUOTE, SPACE } from "./characters.js";
import { Hole } from "./hole.js";

/** What an escape of two characters stands for, by the code of the second one; 0 for others. */
const ESCAPED = /* @__PURE__ */ new Uint8Array(0x100);
for (const [letter, character] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"]) {
  ESCAPED[(letter as string).charCodeAt(0)] = (character as string).charCodeAt(0);
}

/** Up to so many bytes, a loop in JavaScript is cheaper than `JSON.parse` (measured). */
const LONGEST_BY_HAND = 128;

/** A string whose escapes are being read. */
const UNESCAPED = /* @__PURE__ */ allocateBytes(LONGEST_BY_HAND);

/** A place in which strings differ; the quotes are part of the fixed text around it. */
export class StringHole extends Hole {
  read(bytes: Uint8Array, start: number): string | undefined {
    const limit = start + LONGEST_BY_HAND;
    let at = start;
    let code = bytes[at] as number;
    while (code !== QUOTE && code !== BACKSLASH && code >= SPACE && at < limit) {
      code = bytes[++at] as number;
    }
    if (code === QUOTE) {
      this.end = at;
      return utf8Text(bytes, start, at);
    }
    if (code === BACKSLASH) {
      const value = this.#readEscaped(bytes, start, limit);
      if (value !== undefined) return value;
    }
    return this.#parse(bytes, start);
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
    return utf8Text(UNESCAPED, 0, length);
  }

  #parse(bytes: Uint8Array, start: number): string | undefined {
    const end = stringEnd(bytes, start);
    if (end === -1) return undefined;
    this.end = end;
    return parsed(bytes, start - 1, end + 1) as string | undefined;
  }
}

/** Where the string ends that begins here: at its closing quote, or at -1. */
export function stringEnd(bytes: Uint8Array, start: number): number {
  const limit = start + LONGEST_BY_HAND;
  for (let at = start; at < limit; at++) {
    const code = bytes[at] as number;
    if (code === QUOTE) return at;
    if (code === BACKSLASH) break;
  }
  let end = indexOfByte(bytes, QUOTE, start);
  while (end > start && bytes[end - 1] === BACKSLASH && isEscaped(bytes, start, end)) {
    end = indexOfByte(bytes, QUOTE, end + 1);
  }
  return end;
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(bytes: Uint8Array, start: number, quote: number): boolean {
  let at = quote;
  while (at > start && bytes[at - 1] === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

/** What `JSON.parse` gives for a part of the bytes, `undefined` if that is an error. */
export function parsed(bytes: Uint8Array, start: number, end: number): unknown {
  try {
    return JSON.parse(utf8Text(bytes, start, end));
  } catch {
    return undefined;
  }
}
