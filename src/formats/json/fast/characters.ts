/**
 * The characters of JSON's grammar, by their codes, which are their bytes. Behind the last byte there is none of them.
 */

const TAB = 0x09;
export const SPACE = 0x20;
export const QUOTE = 0x22;
const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
const NINE = 0x39;
export const COLON = 0x3a;
export const LEFT_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const RIGHT_BRACKET = 0x5d;
const UPPER_E = 0x45;
const LOWER_E = 0x65;
export const LEFT_BRACE = 0x7b;
export const RIGHT_BRACE = 0x7d;

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** A digit, or one of `+ - . e E`. */
export function isNumberPart(code: number): boolean {
  return (
    isDigit(code) ||
    code === POINT ||
    code === MINUS ||
    code === PLUS ||
    code === LOWER_E ||
    code === UPPER_E
  );
}

/** White space that may stand between any two tokens of JSON, but for line ends. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
