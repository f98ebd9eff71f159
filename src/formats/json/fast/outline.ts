import { utf8Text } from "../../../runtime/node.js";
import {
  COLON,
  isBlank,
  isDigit,
  LEFT_BRACE,
  LEFT_BRACKET,
  MINUS,
  QUOTE,
  RIGHT_BRACE,
  RIGHT_BRACKET,
} from "./characters.js";
import { spaceEnd } from "./hole.js";
import { listEnd, numberEnd } from "./numbers.js";
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
    /** Its place in the skeleton. */
    readonly at: number,
    /** A record is known that has something else here. */
    public differs = false,
  ) {}
}

/** The skeleton that a record shares with all others of its shape, and the leaves in which these may differ. */
export interface Outline {
  /** The text without white space, with {@link FILLERS} in place of the leaves. */
  readonly skeleton: string;
  readonly leaves: Leaf[];
}

/** Stands in a skeleton for a leaf. */
export const FILLERS = { string: "", number: "0", numbers: "[0]", space: "" };

/** Deeper records have no outline: what copies them is recursive, and might overflow the stack. */
const DEEPEST = 64;

/** The outline of bytes known to be JSON without line ends; `undefined` where it is nested too deep. */
export function outlineOf(bytes: Uint8Array): Outline | undefined {
  const outliner = new Outliner(bytes);
  return outliner.deepest > DEEPEST ? undefined : outliner;
}

class Outliner implements Outline {
  skeleton = "";
  readonly leaves: Leaf[] = [];
  deepest = 0;
  /** The beginning of the text that is not yet in the skeleton. */
  #from = 0;

  constructor(private readonly bytes: Uint8Array) {
    let depth = 0;
    let at = 0;
    while (at < bytes.length) {
      const code = bytes[at] as number;
      const start = at;
      if (code === QUOTE) {
        const end = stringEnd(bytes, start + 1);
        if (!this.#isKey(end + 1)) this.#addLeaf("string", start + 1, end);
        at = end + 1;
      } else if (code === MINUS || isDigit(code)) {
        at = numberEnd(bytes, start);
        this.#addLeaf("number", start, at);
      } else if (code === LEFT_BRACKET && this.#isListOfNumbers(start)) {
        at = listEnd(bytes, start);
        this.#addLeaf("numbers", start, at);
      } else if (isBlank(code)) {
        at = spaceEnd(bytes, start);
        this.#addLeaf("space", start, at);
      } else {
        if (code === LEFT_BRACE || code === LEFT_BRACKET)
          this.deepest = Math.max(this.deepest, ++depth);
        else if (code === RIGHT_BRACE || code === RIGHT_BRACKET) depth--;
        at++;
      }
    }
    this.skeleton += utf8Text(bytes, this.#from, bytes.length);
  }

  #addLeaf(kind: LeafKind, start: number, end: number): void {
    const { bytes } = this;
    this.skeleton += utf8Text(bytes, this.#from, start);
    this.leaves.push(new Leaf(kind, utf8Text(bytes, start, end), this.skeleton.length));
    this.skeleton += FILLERS[kind];
    this.#from = end;
  }

  /** Tells whether the string that ended here is a key: a colon comes next. */
  #isKey(end: number): boolean {
    return this.bytes[spaceEnd(this.bytes, end)] === COLON;
  }

  /** Tells whether the list that begins here has numbers only, and one at least. */
  #isListOfNumbers(start: number): boolean {
    const first = this.bytes[spaceEnd(this.bytes, start + 1)];
    return first !== RIGHT_BRACKET && listEnd(this.bytes, start) !== -1;
  }
}
