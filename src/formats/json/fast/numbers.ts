/** Reads JSON numbers as `JSON.parse` does: those of few digits by hand, all others by `Number`. */
import { isDigit, isNumberPart, LEFT_BRACKET, MINUS, POINT, ZERO } from "./characters.js";
import type { Json } from "./clone-sites.js";
import { Hole } from "./hole.js";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** An integer of so many digits is a number of its own, and so is a power of ten with so many zeros. */
const MOST_EXACT_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: MOST_EXACT_DIGITS }, (_, power) => 10 ** power);

/** A place in which numbers differ. */
export class NumberHole extends Hole {
  /**
   * Digits without the point and a power of ten are both exact, so their quotient is rounded once, to the
   * number that is nearest to the decimal fraction.
   */
  read(text: string, start: number): number | undefined {
    const isNegative = text.charCodeAt(start) === MINUS;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let digits = 0;
    let power = 0;
    let code = text.charCodeAt(at);
    for (; isDigit(code); code = text.charCodeAt(++at)) digits = digits * 10 + code - ZERO;
    const integerEnd = at;
    if (code === POINT) {
      code = text.charCodeAt(++at);
      for (; isDigit(code); code = text.charCodeAt(++at)) digits = digits * 10 + code - ZERO;
      power = at - integerEnd - 1;
    }
    const isPlain =
      at - first <= MOST_EXACT_DIGITS &&
      !isNumberPart(code) &&
      (text.charCodeAt(first) !== ZERO || integerEnd - first === 1);
    if (!isPlain || integerEnd === first || at === integerEnd + 1)
      return this.#readAny(text, start);
    this.end = at;
    if (power > 0) digits /= POWERS_OF_TEN[power] as number;
    return isNegative ? -digits : digits;
  }

  #readAny(text: string, start: number): number | undefined {
    this.end = numberEnd(text, start);
    const number = text.slice(start, this.end);
    return NUMBER.test(number) ? Number(number) : undefined;
  }
}

/** A place in which lists of numbers differ, also in their length: a token's bytes, an embedding. */
export class ListHole extends Hole {
  read(text: string, start: number): Json[] | undefined {
    this.end = listEnd(text, start);
    if (this.end === -1) return undefined;
    try {
      return JSON.parse(text.slice(start, this.end)) as Json[];
    } catch {
      return undefined;
    }
  }
}

/** Where the list ends that begins here, if one does that has no other in it; else -1. */
export function listEnd(text: string, start: number): number {
  return text.charCodeAt(start) === LEFT_BRACKET ? text.indexOf("]", start) + 1 || -1 : -1;
}

/** Where the number ends that begins here, if one does. */
export function numberEnd(text: string, start: number): number {
  let end = start;
  while (isNumberPart(text.charCodeAt(end))) end++;
  return end;
}
