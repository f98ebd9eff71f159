import { setOwn } from "../fields.js";
import { PartialString } from "./partial-string.js";

/**
 * Reads JSON of which the end has not come. Of each prefix it gives what LangChain's `parsePartialJson` makes of that,
 * but reads each character once: open objects and lists are kept on a stack, and completed by being copied when the
 * value so far is asked for. What was given out is never changed; closed objects and lists are shared among copies.
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
}

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
  /** The last string, number or literal as far as it has come, and as it was when it was given. */
  #leaf: unknown;
  #givenLeaf: unknown;
  /** Says that a value has begun since the last one was given. */
  #hasBegun = false;

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

  /** The value so far, if it is another than was given last; `undefined` if not, or if there is none. */
  next(): unknown {
    if (this.#isInValue()) this.#leaf = this.#partialLeaf();
    if (this.#mode === "failed" || Number.isNaN(this.#leaf)) return undefined;
    if (!this.#hasBegun && this.#leaf === this.#givenLeaf) return undefined;
    this.#hasBegun = false;
    this.#givenLeaf = this.#leaf;
    return this.#copy();
  }

  #isInValue(): boolean {
    const mode = this.#mode;
    return mode === "number" || mode === "literal" || (mode === "string" && !this.#isName);
  }

  #partialLeaf(): unknown {
    if (this.#mode === "literal") return this.#literal[1];
    return this.#mode === "number" ? numberOf(this.#token) : this.#string.textSoFar;
  }

  #copy(): unknown {
    const isOpenLeaf = this.#isInValue();
    if (!isOpenLeaf && this.#open.length === 0) return this.#closed;
    let child = this.#leaf;
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
    if (character === "{") {
      this.#open.push({ value: {}, name: "" });
      this.#mode = "field";
    } else if (character === "[") {
      this.#open.push({ value: [], name: "" });
      this.#mode = "first";
    } else if (character === '"') {
      this.#string = new PartialString();
      this.#isName = false;
      this.#mode = "string";
    } else if (literal !== undefined) {
      this.#literal = literal;
      this.#token = character;
      this.#mode = "literal";
    } else {
      this.#token = character;
      this.#mode = /[-\d]/.test(character) ? "number" : "failed";
    }
    this.#hasBegun = true;
  }

  #beginName(character: string): void {
    this.#string = new PartialString();
    this.#isName = true;
    this.#mode = character === '"' ? "string" : "failed";
  }

  /** Closes the innermost object or list. */
  #close(): void {
    this.#end((this.#open.pop() as Open).value);
  }

  /** Closes a value, which is whole now. */
  #end(value: unknown): void {
    const open = this.#open.at(-1);
    if (open === undefined) this.#closed = value;
    else put(open.value, open.name, value);
    this.#mode = "after";
  }

  #endLeaf(value: unknown): void {
    this.#leaf = value;
    this.#end(value);
  }

  #readString(text: string, at: number): number {
    const string = this.#string;
    const end = string.read(text, at);
    if (string.state === "failed") this.#mode = "failed";
    else if (string.state === "closed" && this.#isName) this.#endName();
    else if (string.state === "closed") this.#endLeaf(string.text);
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
    const value = numberOf(this.#token);
    const isOver = end < text.length;
    if (!NUMBER.test(this.#token) || (isOver && Number.isNaN(value))) this.#mode = "failed";
    else if (isOver) this.#endLeaf(value);
    return end;
  }

  #readLiteral(character: string): void {
    const [text, value] = this.#literal;
    this.#token += character;
    if (!text.startsWith(this.#token)) this.#mode = "failed";
    else if (text === this.#token) this.#endLeaf(value);
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
