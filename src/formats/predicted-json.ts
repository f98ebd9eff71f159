/**
 * `JSON.parse` for the records of one stream, which are alike but for a token and a few counters.
 *
 * A record that was parsed becomes a pattern: its text, cut into what has stayed the same so far and
 * holes where a string or a number has changed. The next record is compared with the pattern: where
 * all fixed parts stand in their places and each hole holds one whole string or number, its text is
 * the same JSON tokens with other values in the holes, so its value is the pattern's value, copied,
 * with these put in. Any difference means `JSON.parse`, and afterwards the places that differed are
 * holes too. The result is therefore always what `JSON.parse` gives, a fresh object each time; only
 * the time differs, some ten times for records of 300 bytes.
 *
 * What a copy could not reproduce is never predicted: a key `__proto__`, a key given twice. Records
 * whose shape keeps changing are not worth a pattern: after some failures in a row none is made for
 * a while.
 */

/** Short records parse fast; long ones, images, are rare. Pattern texts are kept, so they are bounded. */
const SHORTEST_PREDICTED = 32;
const LONGEST_PREDICTED = 16 * 1024;

/** After so many failures in a row, so many records go without a pattern. */
const FAILURES_BEFORE_PAUSE = 8;
const PAUSED_RECORDS = 256;

/** V8 copies a slice of fewer characters; a longer one would keep the text it was cut from alive. */
const SHORTEST_SHARED_SLICE = 13;

/** A JSON value of a record, which its owner may change: no two calls share one. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A string or number in a record's text, without quotes. */
interface Leaf {
  readonly start: number;
  readonly end: number;
  readonly isString: boolean;
  readonly path: readonly (string | number)[];
}

interface Hole {
  readonly isString: boolean;
  /** The fixed text behind it, up to the next hole or the end. */
  readonly suffix: string;
}

/** `JSON.parse`, or what gives the same. */
export type JsonParser = (text: string) => unknown;

/** How the JSON formats parse. */
export interface JsonFormatOptions {
  /**
   * `false` parses every record with `JSON.parse`. Default `true`: a record like the one before is read by
   * what differs, which gives the same value several times faster.
   */
  readonly predict?: boolean | undefined;
}

/** The parser for the records of one stream. */
export function jsonParser({ predict = true }: JsonFormatOptions): JsonParser {
  if (!predict) return JSON.parse;
  const parser = new PredictingJsonParser();
  return (text) => parser.parse(text);
}

/** Reads the records of one stream. */
export class PredictingJsonParser {
  #pattern: Pattern | undefined;
  /** Records in a row that did not fit, though there was a pattern. */
  #failures = 0;
  /** How many records still go without a pattern. */
  #paused = 0;

  /**
   * The value of a JSON text.
   *
   * @throws SyntaxError like `JSON.parse`.
   */
  parse(text: string): unknown {
    if (this.#paused > 0) {
      this.#paused--;
      return JSON.parse(text);
    }
    const predicted = this.#pattern?.match(text);
    if (predicted !== undefined) {
      this.#failures = 0;
      return predicted;
    }
    const value = JSON.parse(text) as Json;
    this.#learn(text, value);
    return value;
  }

  #learn(text: string, value: Json): void {
    if (typeof value !== "object" || value === null) return;
    if (text.length < SHORTEST_PREDICTED || text.length > LONGEST_PREDICTED) return;
    if (this.#pattern !== undefined && ++this.#failures >= FAILURES_BEFORE_PAUSE) {
      this.#failures = 0;
      this.#pattern = undefined;
      this.#paused = PAUSED_RECORDS;
      return;
    }
    const leaves = new LeafScanner(text).scan();
    this.#pattern =
      leaves &&
      (this.#pattern?.widened(text, leaves) ?? new Pattern(text, structuredCopy(value), leaves));
  }
}

/** A record and the places in which later ones may differ. */
class Pattern {
  readonly #text: string;
  readonly #leaves: readonly Leaf[];
  readonly #holeLeaves: readonly Leaf[];
  readonly #prefix: string;
  readonly #holes: readonly Hole[];
  readonly #copy: CopyNode;
  readonly #value: Json;
  readonly #found: (string | number)[];

  constructor(text: string, value: Json, leaves: readonly Leaf[], isHole: readonly boolean[] = []) {
    this.#text = text;
    this.#value = value;
    this.#leaves = leaves;
    this.#holeLeaves = leaves.filter((_, index) => isHole[index] === true);
    const ends = [...this.#holeLeaves.slice(1).map((leaf) => leaf.start), text.length];
    this.#prefix = text.slice(0, this.#holeLeaves[0]?.start ?? text.length);
    this.#holes = this.#holeLeaves.map(({ end, isString }, index) => ({
      isString,
      suffix: text.slice(end, ends[index]),
    }));
    this.#copy = copyNode(
      value,
      this.#holeLeaves.map((leaf) => leaf.path),
    );
    this.#found = new Array<string | number>(this.#holes.length);
  }

  /** The value of a text that fits; `undefined` where it does not. */
  match(text: string): Json | undefined {
    const { length } = this.#prefix;
    if (text.slice(0, length) !== this.#prefix) return undefined;
    let at = length;
    const found = this.#found;
    for (let index = 0; index < this.#holes.length; index++) {
      const { isString, suffix } = this.#holes[index] as Hole;
      const end = isString ? stringEnd(text, at) : numberEnd(text, at);
      const value = isString ? readString(text, at, end) : readNumber(text, at, end);
      if (value === undefined) return undefined;
      found[index] = value;
      at = end + suffix.length;
      if (text.slice(end, at) !== suffix) return undefined;
    }
    return at === text.length ? copy(this.#copy, found) : undefined;
  }

  /** This pattern with more holes, so that it fits another text too; `undefined` where none would. */
  widened(text: string, leaves: readonly Leaf[]): Pattern | undefined {
    if (leaves.length !== this.#leaves.length) return undefined;
    let at = 0;
    let otherAt = 0;
    const isHole: boolean[] = [];
    for (const [index, leaf] of this.#leaves.entries()) {
      const other = leaves[index] as Leaf;
      const isSame = this.#text.slice(at, leaf.start) === text.slice(otherAt, other.start);
      if (!isSame || leaf.isString !== other.isString) return undefined;
      const differs = this.#text.slice(leaf.start, leaf.end) !== text.slice(other.start, other.end);
      isHole.push(differs || this.#holeLeaves.includes(leaf));
      at = leaf.end;
      otherAt = other.end;
    }
    if (this.#text.slice(at) !== text.slice(otherAt)) return undefined;
    return new Pattern(this.#text, this.#value, this.#leaves, isHole);
  }
}

const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Where the string that begins here ends: at its closing quote, or at -1. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start);
  while (end > start && text.charCodeAt(end - 1) === BACKSLASH && isEscaped(text, start, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end;
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, start: number, quote: number): boolean {
  let at = quote;
  while (at > start && text.charCodeAt(at - 1) === BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}

function readString(text: string, start: number, end: number): string | undefined {
  if (end === -1) return undefined;
  if (end - start < SHORTEST_SHARED_SLICE) {
    let at = start;
    while (at < end && isPlain(text.charCodeAt(at))) at++;
    if (at === end) return text.slice(start, end);
  }
  try {
    return JSON.parse(text.slice(start - 1, end + 1)) as string;
  } catch {
    return undefined;
  }
}

function isPlain(code: number): boolean {
  return code >= SPACE && code !== BACKSLASH;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function numberEnd(text: string, start: number): number {
  let end = start;
  while (isNumberPart(text.charCodeAt(end))) end++;
  return end;
}

/** A digit, or one of `+ - . e E`. */
function isNumberPart(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x65 ||
    code === 0x45
  );
}

function readNumber(text: string, start: number, end: number): number | undefined {
  const digits = text.slice(start, end);
  return NUMBER.test(digits) ? Number(digits) : undefined;
}

/** How to copy a value: objects and arrays without holes inside are copied as a whole, level by level. */
interface CopyNode {
  readonly value: Json;
  /** The members that are copied themselves, or come from a hole. */
  readonly members: readonly {
    readonly key: string | number;
    readonly hole: number;
    readonly node: CopyNode;
  }[];
}

const NO_HOLE = -1;

function copyNode(
  value: Json,
  holes: readonly (readonly (string | number)[])[],
  depth = 0,
  at: readonly (string | number)[] = [],
): CopyNode {
  const members: CopyNode["members"][number][] = [];
  for (const [key, member] of entriesOf(value)) {
    const path = [...at, key];
    const hole = holes.findIndex(
      (place) => place.length === path.length && place.every((step, i) => step === path[i]),
    );
    const isNested = typeof member === "object" && member !== null;
    if (hole !== -1 || isNested) {
      members.push({ key, hole, node: copyNode(isNested ? member : null, holes, depth + 1, path) });
    }
  }
  return { value, members };
}

function entriesOf(value: Json): [string | number, Json][] {
  if (Array.isArray(value)) return [...value.entries()];
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function copy(node: CopyNode, found: readonly (string | number)[]): Json {
  const { value, members } = node;
  const copied = (Array.isArray(value) ? value.slice() : { ...(value as object) }) as Record<
    string | number,
    Json
  >;
  for (const member of members) {
    copied[member.key] =
      member.hole === NO_HOLE ? copy(member.node, found) : (found[member.hole] as Json);
  }
  return copied;
}

function structuredCopy(value: Json): Json {
  return copy(copyNode(value, []), []);
}

/** Finds the strings and numbers of a text that is known to be JSON. */
class LeafScanner {
  readonly #leaves: Leaf[] = [];
  #at = 0;

  constructor(private readonly text: string) {}

  /** The leaves in their order; `undefined` for a text that a copy could not reproduce. */
  scan(): Leaf[] | undefined {
    return this.#value([]) ? this.#leaves : undefined;
  }

  #value(path: readonly (string | number)[]): boolean {
    this.#skipSpace();
    switch (this.text[this.#at]) {
      case "{":
        return this.#object(path);
      case "[":
        return this.#array(path);
      case '"': {
        const start = this.#at + 1;
        const end = stringEnd(this.text, start);
        this.#leaves.push({ start, end, isString: true, path });
        this.#at = end + 1;
        return true;
      }
      case "t":
      case "n":
        this.#at += "true".length;
        return true;
      case "f":
        this.#at += "false".length;
        return true;
      default: {
        const start = this.#at;
        this.#at = numberEnd(this.text, start);
        this.#leaves.push({ start, end: this.#at, isString: false, path });
        return true;
      }
    }
  }

  #object(path: readonly (string | number)[]): boolean {
    const keys = new Set<string>();
    while (this.#next("}")) {
      const start = this.#at;
      this.#at = stringEnd(this.text, start + 1) + 1;
      const key = JSON.parse(this.text.slice(start, this.#at)) as string;
      if (key === "__proto__" || keys.has(key)) return false;
      keys.add(key);
      this.#skipSpace();
      this.#at++; // the colon
      if (!this.#value([...path, key])) return false;
    }
    return true;
  }

  #array(path: readonly (string | number)[]): boolean {
    for (let index = 0; this.#next("]"); index++) {
      if (!this.#value([...path, index])) return false;
    }
    return true;
  }

  /** Steps over an opening bracket or a comma; `false`, and over it, at the closing bracket. */
  #next(close: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== close) {
      this.#at++;
      this.#skipSpace();
    }
    if (this.text[this.#at] !== close) return true;
    this.#at++;
    return false;
  }

  #skipSpace(): void {
    while (" \n\r\t".includes(this.text[this.#at] ?? "x")) this.#at++;
  }
}
