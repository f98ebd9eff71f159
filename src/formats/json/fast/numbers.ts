/** Reads JSON numbers as `JSON.parse` does: those of few digits by hand, all others by `JSON.parse` itself. */
import {
  COMMA,
  isBlank,
  isDigit,
  isNumberPart,
  LEFT_BRACKET,
  MINUS,
  POINT,
  RIGHT_BRACKET,
  ZERO,
} from "./characters.js";
import type { Json } from "./clone-sites.js";
import { Hole } from "./hole.js";
import type { Source } from "./source.js";
import { parsed } from "./strings.js";

/** An integer of so many digits is a number of its own, and so is a power of ten with so many zeros. */
const MOST_EXACT_DIGITS = 15;
const POWERS_OF_TEN = /* @__PURE__ */ Array.from(
  { length: MOST_EXACT_DIGITS },
  (_, power) => 10 ** power,
);

/** Lists up to this length are read by hand: the bytes of a token, in log probabilities. */
const LONGEST_CODES = 16;

/** A place in which numbers differ. */
export class NumberHole extends Hole {
  /**
   * Digits without the point and a power of ten are both exact, so their quotient is rounded once, to the
   * number that is nearest to the decimal fraction.
   */
  read({ bytes }: Source, start: number): number | undefined {
    const isNegative = bytes[start] === MINUS;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let digits = 0;
    let power = 0;
    let code = bytes[at] as number;
    for (; isDigit(code); code = bytes[++at] as number) digits = digits * 10 + code - ZERO;
    const integerEnd = at;
    if (code === POINT) {
      code = bytes[++at] as number;
      for (; isDigit(code); code = bytes[++at] as number) digits = digits * 10 + code - ZERO;
      power = at - integerEnd - 1;
    }
    const isPlain =
      at - first <= MOST_EXACT_DIGITS &&
      !isNumberPart(code) &&
      (bytes[first] !== ZERO || integerEnd - first === 1);
    if (!isPlain || integerEnd === first || at === integerEnd + 1) {
      this.end = numberEnd(bytes, start);
      return parsed(bytes, start, this.end) as number | undefined;
    }
    this.end = at;
    if (power > 0) digits /= POWERS_OF_TEN[power] as number;
    return isNegative ? -digits : digits;
  }
}

/** A place in which lists of numbers differ, also in their length: a token's bytes, an embedding. */
export class ListHole extends Hole {
  read({ bytes }: Source, start: number): Json[] | undefined {
    const codes = this.#readCodes(bytes, start);
    if (codes !== undefined) return codes;
    this.end = listEnd(bytes, start);
    return this.end === -1 ? undefined : (parsed(bytes, start, this.end) as Json[] | undefined);
  }

  /** The list, if it is short and has numbers of one to three digits only. */
  #readCodes(bytes: Uint8Array, start: number): number[] | undefined {
    if (bytes[start] !== LEFT_BRACKET) return undefined;
    const codes: number[] = [];
    let at = start;
    while (codes.length < LONGEST_CODES) {
      const first = ++at;
      let value = 0;
      let code = bytes[at] as number;
      for (; isDigit(code); code = bytes[++at] as number) value = value * 10 + code - ZERO;
      const digits = at - first;
      if (digits === 0 || digits > 3 || (digits > 1 && bytes[first] === ZERO)) return undefined;
      codes.push(value);
      if (code === RIGHT_BRACKET) {
        this.end = at + 1;
        return codes;
      }
      if (code !== COMMA) return undefined;
    }
    return undefined;
  }
}

/** Finds the end of the list that begins here, if it may be one of numbers only; else -1. */
export function listEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== LEFT_BRACKET) return -1;
  for (let at = start + 1; ; at++) {
    const code = bytes[at] as number;
    if (code === RIGHT_BRACKET) return at + 1;
    if (!isNumberPart(code) && code !== COMMA && !isBlank(code)) return -1;
  }
}

/** Finds the end of the number that begins here, if one does. */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (isNumberPart(bytes[end] as number)) end++;
  return end;
}
