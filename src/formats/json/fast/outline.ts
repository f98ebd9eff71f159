import {
  COLON,
  COMMA,
  isDigit,
  isNumberPart,
  isSpace,
  LEFT_BRACKET,
  MINUS,
  QUOTE,
  RIGHT_BRACKET,
} from "./characters.js";
import { numberEnd } from "./numbers.js";
import { stringEnd } from "./strings.js";

/**
 * A string, without its quotes, that is no key; a number; a list of numbers, which may have any length, with
 * its brackets; or white space between two tokens.
 */
export type LeafKind = "string" | "number" | "numbers" | "space";

/** A part of a record's text in which others of its shape may differ. */
export class Leaf {
  constructor(
    readonly kind: LeafKind,
    readonly text: string,
    /** Where in the skeleton it stands. */
    readonly at: number,
    /** A record is known that has something else here. */
    public differs = false,
  ) {}
}

/** What a record shares with all others of its shape, and in what these may differ. */
export interface Outline {
  /** The text without white space, with {@link FILLERS} in place of the leaves. */
  readonly skeleton: string;
  readonly leaves: Leaf[];
}

/** What stands in a skeleton for a leaf. */
export const FILLERS = { string: "", number: "0", numbers: "[0]", space: "" };

/** Deeper records have no outline: what copies them is recursive, and might overflow the stack. */
const DEEPEST = 64;

/** The outline of a text known to be JSON; `undefined` where it is nested too deep. */
export function outlineOf(text: string): Outline | undefined {
  const outliner = new Outliner(text);
  return outliner.deepest > DEEPEST ? undefined : outliner;
}

class Outliner implements Outline {
  skeleton = "";
  readonly leaves: Leaf[] = [];
  deepest = 0;
  /** Where the text begins that is not yet in the skeleton. */
  #from = 0;

  constructor(private readonly text: string) {
    let depth = 0;
    let at = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        const end = stringEnd(text, at + 1);
        if (!this.#isKey(end + 1)) this.#addLeaf("string", at + 1, end);
        at = end + 1;
      } else if (code === MINUS || isDigit(code)) {
        const start = at;
        at = numberEnd(text, start);
        this.#addLeaf("number", start, at);
      } else if (code === LEFT_BRACKET && numbersEnd(text, at) !== -1) {
        const start = at;
        at = numbersEnd(text, start);
        this.#addLeaf("numbers", start, at);
      } else if (isSpace(code)) {
        const start = at;
        while (isSpace(text.charCodeAt(at))) at++;
        this.#addLeaf("space", start, at);
      } else {
        if (isOpening(code)) this.deepest = Math.max(this.deepest, ++depth);
        else if (isClosing(code)) depth--;
        at++;
      }
    }
    this.skeleton += text.slice(this.#from);
  }

  #addLeaf(kind: LeafKind, start: number, end: number): void {
    const { text } = this;
    this.skeleton += text.slice(this.#from, start);
    this.leaves.push(new Leaf(kind, text.slice(start, end), this.skeleton.length));
    this.skeleton += FILLERS[kind];
    this.#from = end;
  }

  /** Whether the string that ended here is a key: a colon comes next. */
  #isKey(end: number): boolean {
    let at = end;
    while (isSpace(this.text.charCodeAt(at))) at++;
    return this.text.charCodeAt(at) === COLON;
  }
}

/** Where the list ends that begins here, if it has numbers only and one at least; else -1. */
function numbersEnd(text: string, start: number): number {
  let at = start + 1;
  while (isSpace(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== MINUS && !isDigit(text.charCodeAt(at))) return -1;
  for (;;) {
    const code = text.charCodeAt(at++);
    if (code === RIGHT_BRACKET) return at;
    if (!isNumberPart(code) && code !== COMMA && !isSpace(code)) return -1;
  }
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === LEFT_BRACKET;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === RIGHT_BRACKET;
}
