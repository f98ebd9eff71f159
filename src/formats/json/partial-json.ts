import { setOwn } from "../fields.js";
import { PartialString } from "./partial-string.js";
import { MAX_DEPTH } from "./value-scanner.js";

/**
 * What a reader expects next.
 *
 * | mode    | what is next                                                 |
 * | ------- | ------------------------------------------------------------ |
 * | value   | a value                                                      |
 * | first   | a value, or the end of a list that has just begun            |
 * | name    | a name, in quotes                                            |
 * | field   | a name, or the end of an object that has just begun          |
 * | colon   | the colon behind a name                                      |
 * | string  | more of a string, or of a name                               |
 * | number  | more of a number                                             |
 * | literal | more of `true`, `false` or `null`                            |
 * | after   | a comma or the end of what is open; nothing, if nothing is   |
 * | failed  | nothing: this is no JSON                                     |
 */
type Mode =
  | "value"
  | "first"
  | "name"
  | "field"
  | "colon"
  | "string"
  | "number"
  | "literal"
  | "after"
  | "failed";

/** An object or a list that is open; `name` is that of the field that is being read. */
interface Open {
  readonly value: Record<string, unknown> | unknown[];
  name: string;
  /** The cost of copying it, as {@link PAID_BY_CHARACTER} counts. */
  cost: number;
}

/** The cost of copying an item of a list; a field takes many times as long, and so does an object or a list itself. */
const ITEM_COST = 1;
const FIELD_COST = 16;
/** Each character that has come pays for so much copying: it takes half a microsecond at most. */
const PAID_BY_CHARACTER = 512;

/** A number with more characters is given when it is over. */
const LONGEST_NUMBER = 1000;

const LITERALS: ReadonlyMap<string, readonly [text: string, value: unknown]> =
  /* @__PURE__ */ new Map<string, readonly [string, unknown]>([
    ["t", ["true", true]],
    ["f", ["false", false]],
    ["n", ["null", null]],
  ]);

/** The characters that a number is made of, as many as stand together. */
const NUMBER_CHARACTERS = /[-+.\de]*/iy;

/** A number of which the end may be missing. */
const NUMBER = /^-?(0|[1-9]\d*)?(\.\d*)?(e[-+]?\d*)?$/i;

/**
 * Reads JSON of which the end has not come. Of each prefix it gives what LangChain's `parsePartialJson` makes of that,
 * but no letters of an escape and no half of a character that are not whole yet. It reads each character once: open
 * objects and lists are kept on a stack, and completed by being copied when the value so far is asked for. What was
 * given out is never changed; closed objects and lists are shared among copies.
 *
 * The time for all of it grows with the length of the text, whatever it holds: a copy of much is given once as much
 * text has come as pays for it, a number of very many digits when it is over, and what is nested deeper than
 * {@link MAX_DEPTH} counts as no JSON.
 */
export class PartialJsonReader {
  #mode: Mode = "value";
  readonly #open: Open[] = [];
  /** White space at the end of what has come: it may be the end of the text, where it says nothing. */
  #space = "";
  /** The string that is being read; `isName`: of a field. */
  #string = new PartialString();
  #isName = false;
  /** The number or literal that is being read, as it is written. */
  #token = "";
  #literal: readonly [text: string, value: unknown] = ["", undefined];
  /** The value that was closed last, of the whole text in the end. */
  #closed: unknown;
  /** The last number or literal as far as it has come, and as it was when it was given; `undefined` for a string. */
  #leaf: unknown;
  #givenLeaf: unknown;
  /** Says that a value has begun, or a string has grown, since the last one was given. */
  #isNew = false;
  /** The cost of copying all that is open, and how much copying is paid for. */
  #cost = 0;
  #paid = 0;

  /** Says that the text so far is a whole value, which may be followed by white space alone. */
  get isComplete(): boolean {
    return this.#mode === "after" && this.#open.length === 0;
  }

  /** Says that the text so far ends within a string, or within a name. */
  get isInString(): boolean {
    return this.#mode === "string";
  }

  /** Takes the next piece of the text. */
  add(piece: string): void {
    if (this.#mode === "failed") return;
    this.#paid += piece.length * PAID_BY_CHARACTER;
    const text = piece.trimEnd();
    const space = piece.slice(text.length);
    if (text === "") {
      this.#space += space;
      return;
    }
    if (this.#space !== "") this.#read(this.#space);
    this.#read(text);
    this.#space = space;
  }

  /**
   * The value so far, if it is another than was given last; `undefined` if not, or if there is none. Much of it may be
   * held back until more has come.
   */
  next(): unknown {
    if (this.#mode === "failed" || Number.isNaN(this.#leaf)) return undefined;
    if (!this.#isNew && this.#leaf === this.#givenLeaf) return undefined;
    if (this.#cost > this.#paid) return undefined;
    this.#paid -= this.#cost;
    this.#isNew = false;
    this.#givenLeaf = this.#leaf;
    return this.#copy();
  }

  #copy(): unknown {
    const isInString = this.#mode === "string" && !this.#isName;
    const isOpenLeaf = isInString || this.#mode === "number" || this.#mode === "literal";
    if (!isOpenLeaf && this.#open.length === 0) return this.#closed;
    let child = isInString ? this.#string.text : this.#leaf;
    let hasChild = isOpenLeaf;
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const { value, name } = this.#open[at] as Open;
      const copy = Array.isArray(value) ? value.slice() : { ...value };
      if (hasChild) put(copy, name, child);
      child = copy;
      hasChild = true;
    }
    return child;
  }

  #read(text: string): void {
    for (let at = 0; at < text.length;) {
      if (this.#mode === "failed") return;
      if (this.#mode === "string") {
        at = this.#readString(text, at);
      } else if (this.#mode === "number") {
        at = this.#readNumber(text, at);
      } else if (this.#mode === "literal") {
        this.#readLiteral(text.charAt(at++));
      } else {
        const character = text.charAt(at++);
        if (character.trim() !== "") this.#readMark(character);
      }
    }
  }

  /** Takes a character outside of strings, numbers and literals. */
  #readMark(character: string): void {
    switch (this.#mode) {
      case "first":
        if (character === "]") this.#close();
        else this.#begin(character);
        return;
      case "field":
        if (character === "}") this.#close();
        else this.#beginName(character);
        return;
      case "name":
        this.#beginName(character);
        return;
      case "colon":
        this.#mode = character === ":" ? "value" : "failed";
        return;
      case "after":
        this.#readAfter(character);
        return;
      default:
        this.#begin(character);
    }
  }

  #readAfter(character: string): void {
    const open = this.#open.at(-1);
    if (open === undefined) {
      this.#mode = "failed";
      return;
    }
    const isList = Array.isArray(open.value);
    if (character === ",") this.#mode = isList ? "value" : "name";
    else if (character === (isList ? "]" : "}")) this.#close();
    else this.#mode = "failed";
  }

  #begin(character: string): void {
    const literal = LITERALS.get(character);
    this.#leaf = undefined;
    if (character === "{") {
      this.#openValue({}, "field");
    } else if (character === "[") {
      this.#openValue([], "first");
    } else if (character === '"') {
      this.#string = new PartialString();
      this.#isName = false;
      this.#mode = "string";
    } else if (literal !== undefined) {
      this.#literal = literal;
      this.#leaf = literal[1];
      this.#token = character;
      this.#mode = "literal";
    } else {
      this.#token = character;
      this.#leaf = numberOf(character);
      this.#mode = /[-\d]/.test(character) ? "number" : "failed";
    }
    this.#isNew = true;
  }

  #openValue(value: Open["value"], mode: Mode): void {
    this.#open.push({ value, name: "", cost: FIELD_COST });
    this.#cost += FIELD_COST;
    this.#mode = this.#open.length > MAX_DEPTH ? "failed" : mode;
  }

  #beginName(character: string): void {
    this.#string = new PartialString();
    this.#isName = true;
    this.#mode = character === '"' ? "string" : "failed";
  }

  /** Closes the innermost object or list. */
  #close(): void {
    const { value, cost } = this.#open.pop() as Open;
    this.#cost -= cost;
    this.#end(value);
  }

  /** Closes a value, which is whole now. */
  #end(value: unknown): void {
    const open = this.#open.at(-1);
    this.#mode = "after";
    if (open === undefined) {
      this.#closed = value;
      return;
    }
    put(open.value, open.name, value);
    const cost = Array.isArray(open.value) ? ITEM_COST : FIELD_COST;
    open.cost += cost;
    this.#cost += cost;
  }

  #readString(text: string, at: number): number {
    const string = this.#string;
    const { length } = string.text;
    const end = string.read(text, at);
    if (!this.#isName && string.text.length > length) this.#isNew = true;
    if (string.state === "failed") this.#mode = "failed";
    else if (string.state === "closed" && this.#isName) this.#endName();
    else if (string.state === "closed") this.#end(string.text);
    return end;
  }

  #endName(): void {
    (this.#open.at(-1) as Open).name = this.#string.text;
    this.#mode = "colon";
  }

  #readNumber(text: string, at: number): number {
    NUMBER_CHARACTERS.lastIndex = at;
    const [characters] = NUMBER_CHARACTERS.exec(text) as RegExpExecArray;
    this.#token += characters;
    const end = at + characters.length;
    const isOver = end < text.length;
    // Read again with each piece.
    if (!isOver && this.#token.length > LONGEST_NUMBER) return end;
    const value = numberOf(this.#token);
    this.#leaf = value;
    if (!NUMBER.test(this.#token) || (isOver && Number.isNaN(value))) this.#mode = "failed";
    else if (isOver) this.#end(value);
    return end;
  }

  #readLiteral(character: string): void {
    const [text, value] = this.#literal;
    this.#token += character;
    if (!text.startsWith(this.#token)) this.#mode = "failed";
    else if (text === this.#token) this.#end(value);
  }
}

/** The number as far as it has come. LangChain takes a lone minus for `-0`, and some others for none: `NaN`. */
function numberOf(token: string): number {
  return token === "-" ? -0 : Number.parseFloat(token);
}

/** Sets the next item of a list, or a field. */
function put(target: Record<string, unknown> | unknown[], name: string, value: unknown): void {
  if (Array.isArray(target)) target.push(value);
  else setOwn(target, name, value);
}
