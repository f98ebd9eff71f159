import { COLON, isDigit, isSpace, MINUS, QUOTE } from "./characters.js";
import { numberEnd } from "./numbers.js";
import { stringEnd } from "./strings.js";

/** A part of a record's text in which others of its shape may differ. */
export interface Leaf {
  /** A string, without its quotes, that is no key; a number; or white space between two tokens. */
  readonly kind: "string" | "number" | "space";
  readonly text: string;
  /** Where in the skeleton it stands. */
  readonly at: number;
}

/** What a record shares with all others of its shape, and in what these may differ. */
export interface Outline {
  /** The text without white space, in which all strings but keys are empty and all numbers are {@link ANY_NUMBER}. */
  readonly skeleton: string;
  readonly leaves: readonly Leaf[];
}

/** Stands in a skeleton for a number. */
export const ANY_NUMBER = "0";

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

  #addLeaf(kind: Leaf["kind"], start: number, end: number): void {
    const { text } = this;
    this.skeleton += text.slice(this.#from, start);
    this.leaves.push({ kind, text: text.slice(start, end), at: this.skeleton.length });
    if (kind === "number") this.skeleton += ANY_NUMBER;
    this.#from = end;
  }

  /** Whether the string that ended here is a key: a colon comes next. */
  #isKey(end: number): boolean {
    let at = end;
    while (isSpace(this.text.charCodeAt(at))) at++;
    return this.text.charCodeAt(at) === COLON;
  }
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}
