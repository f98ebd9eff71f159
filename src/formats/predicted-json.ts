/**
 * `JSON.parse` for the records of one model, which are alike but for a token and a few counters.
 *
 * A record that was parsed becomes a pattern: its text, cut into what has stayed the same so far and
 * holes where a string or a number has changed. The next record is compared with the pattern: where
 * all fixed parts stand in their places and each hole holds one whole string or number, its text is
 * the same JSON tokens with other values in the holes, so its value is the pattern's value, copied,
 * with these put in. Any difference means `JSON.parse`, and afterwards the places that differed are
 * holes too. The result is therefore always what `JSON.parse` gives, a fresh object each time; only
 * the time differs, some five times for records of 300 bytes.
 *
 * The first and the last records of a stream are often of another shape than those between, so a few
 * patterns are kept. Records that fit none of them time and again are not worth learning from: after
 * some in a row, the next ones are only parsed.
 */
import { planCopy, type CopyPlan, type Json } from "./copy-plan.js";

/** Short records parse fast; long ones, images, are rare. Pattern texts are kept, so they are bounded. */
const SHORTEST_LEARNT = 32;
const LONGEST_PREDICTED = 16 * 1024;

/** Copying is recursive, parsing is not: deeper records might overflow the stack. */
const DEEPEST_PREDICTED = 64;

/** Begins the marks of holes, so it must not stand in a pattern. JSON can write it in one way only. */
const NUL = "\0";
const ESCAPED_NUL = "\\u0000";

const MOST_PATTERNS = 4;

/** A hole costs about as much as parsing what stands in it: lists of numbers had better be parsed. */
const MOST_HOLES = 32;

/** After so many other strings in a row, a hole does not look for its last one any more. */
const MOST_CHANGES = 8;

/** Of so many records in a row that fit no pattern, so many are learnt from. */
const MISSES_PER_ROUND = 256;
const LEARNT_PER_ROUND = 8;

/** V8 copies a slice of fewer characters; a longer one would keep the text it was cut from alive. */
const SHORTEST_SHARED_SLICE = 13;

/** `JSON.parse`, or what gives the same, for a text or a range of one. */
export type JsonParser = (text: string, start?: number, end?: number) => unknown;

/** How the JSON formats parse. */
export interface JsonFormatOptions {
  /**
   * `false` parses every record with `JSON.parse`. Default `true`: a record like the one before is read by
   * what differs, which gives the same value several times faster.
   */
  readonly predict?: boolean | undefined;
}

/**
 * The parser for the records of a model: one for all its streams, since what it learns of one holds for the
 * next, and what is shared stays in the caches of a processor that serves many.
 */
export function jsonParser({ predict = true }: JsonFormatOptions): JsonParser {
  if (!predict) return parseJson;
  const parser = new PredictingJsonParser();
  return (text, start, end) => parser.parse(text, start, end);
}

/** `JSON.parse` itself. */
export function parseJson(text: string, start?: number, end?: number): unknown {
  return JSON.parse(text.slice(start, end));
}

/** Reads the records of streams that are alike, in any order. */
export class PredictingJsonParser {
  /** The one that fitted last comes first. */
  readonly #patterns: Pattern[] = [];
  /** Records in a row that fitted none. */
  #misses = 0;

  /**
   * The value of a JSON text, or of a range of one. No string in the value keeps that text alive.
   *
   * @throws SyntaxError like `JSON.parse`.
   */
  parse(text: string, start = 0, end = text.length): unknown {
    if (end - start > LONGEST_PREDICTED) return parseJson(text, start, end);
    const patterns = this.#patterns;
    for (let index = 0; index < patterns.length; index++) {
      const value = (patterns[index] as Pattern).match(text, start, end);
      if (value === undefined) continue;
      this.#misses = 0;
      if (index > 0) this.#putFirst(patterns[index] as Pattern, index);
      return value;
    }
    const record = text.slice(start, end);
    const value: unknown = JSON.parse(record);
    const isInObject = typeof value === "object" && value !== null;
    if (isInObject && record.length >= SHORTEST_LEARNT) this.#learn(record);
    return value;
  }

  #learn(record: string): void {
    const misses = this.#misses++;
    if (misses % MISSES_PER_ROUND >= LEARNT_PER_ROUND) return;
    const leaves = record.includes(ESCAPED_NUL) ? undefined : leavesOf(record);
    if (leaves === undefined) return;
    const patterns = this.#patterns;
    for (let index = 0; index < patterns.length; index++) {
      const widened = (patterns[index] as Pattern).widened(record, leaves);
      if (widened === undefined) continue;
      this.#putFirst(widened, index);
      return;
    }
    const last = Math.min(patterns.length, MOST_PATTERNS - 1);
    this.#putFirst(new Pattern(record, leaves), last);
  }

  /** Puts a pattern first, in place of the one at `index`. */
  #putFirst(pattern: Pattern, index: number): void {
    this.#patterns.splice(index, 1);
    this.#patterns.unshift(pattern);
  }
}

/** A string, without its quotes, or a number in a record's text. Keys are no leaves. */
interface Leaf {
  readonly start: number;
  readonly end: number;
  readonly isString: boolean;
}

/** A leaf that differs from record to record. */
class Hole {
  /** Where in the text it ended when it was last read. */
  end = 0;
  /** The long string that stood here last: the id of a stream stays, and reading it again costs more. */
  #last = "";
  #changesLeft = MOST_CHANGES;

  /**
   * @param leaf Which of the leaves it is.
   * @param suffix The fixed text behind it, up to the next hole or the end.
   */
  constructor(
    readonly leaf: number,
    readonly isString: boolean,
    readonly suffix: string,
  ) {}

  /** What stands here, `undefined` if it is no string or number; where that ends is in `end`. */
  read(text: string, start: number): string | number | undefined {
    if (!this.isString) {
      this.end = numberEnd(text, start);
      return readNumber(text, start, this.end);
    }
    const last = this.#last;
    const lastEnd = start + last.length;
    if (last !== "" && text.charCodeAt(lastEnd) === QUOTE && text.slice(start, lastEnd) === last) {
      this.end = lastEnd;
      this.#changesLeft = MOST_CHANGES;
      return last;
    }
    const end = stringEnd(text, start);
    this.end = end;
    const value = readString(text, start, end);
    const length = end - start;
    if (length >= SHORTEST_SHARED_SLICE && value?.length === length) this.#remember(value);
    return value;
  }

  /** @param value A string that is its own JSON text. */
  #remember(value: string): void {
    if (this.#changesLeft > 0) this.#changesLeft--;
    this.#last = this.#changesLeft > 0 ? value : "";
  }
}

/** What stood in the holes. A match is over before the next one begins, so all patterns share it. */
const found: (string | number)[] = [];

/** The text of a record, with holes in the places in which later ones may differ. */
class Pattern {
  readonly #prefix: string;
  readonly #holes: readonly Hole[];
  readonly #leafCount: number;
  /** Made at the first match, since some patterns never see one; `null` where none can be made. */
  #plan: CopyPlan | null | undefined;

  /** @param holes Which of the leaves are holes. */
  constructor(text: string, leaves: readonly Leaf[], holes: readonly number[] = []) {
    const startOf = (leaf: number | undefined): number | undefined => leaves[leaf ?? -1]?.start;
    this.#leafCount = leaves.length;
    this.#prefix = ownCopy(text.slice(0, startOf(holes[0])));
    this.#holes = holes.map((leaf, index) => {
      const { end, isString } = leaves[leaf] as Leaf;
      return new Hole(leaf, isString, ownCopy(text.slice(end, startOf(holes[index + 1]))));
    });
  }

  /** The value of a text that fits; `undefined` where it does not. */
  match(text: string, start: number, end: number): Json | undefined {
    const prefix = this.#prefix;
    const holes = this.#holes;
    let at = start + prefix.length;
    if (text.slice(start, at) !== prefix) return undefined;
    for (let index = 0; index < holes.length; index++) {
      const hole = holes[index] as Hole;
      const value = hole.read(text, at);
      if (value === undefined) return undefined;
      found[index] = value;
      at = hole.end + hole.suffix.length;
      if (text.slice(hole.end, at) !== hole.suffix) return undefined;
    }
    if (at !== end) return undefined;
    this.#plan ??= this.#makePlan() ?? null;
    return this.#plan?.copy(found);
  }

  #makePlan(): CopyPlan | undefined {
    const marks = this.#holes.map((_, index) => `${NUL}${index}`);
    const marked = this.#textWith(marks.map((mark) => JSON.stringify(mark)));
    return planCopy(JSON.parse(marked) as Json, marks);
  }

  /** This pattern with more holes, so that it fits another text too; `undefined` where none would. */
  widened(other: string, otherLeaves: readonly Leaf[]): Pattern | undefined {
    if (otherLeaves.length !== this.#leafCount) return undefined;
    const text = this.#textWith(this.#holes.map(({ isString }) => (isString ? '""' : "0")));
    const leaves = leavesOf(text) ?? [];
    const holes: number[] = [];
    let at = 0;
    let otherAt = 0;
    for (const [index, leaf] of leaves.entries()) {
      const otherLeaf = otherLeaves[index] as Leaf;
      const isSame = text.slice(at, leaf.start) === other.slice(otherAt, otherLeaf.start);
      if (!isSame || leaf.isString !== otherLeaf.isString) return undefined;
      at = leaf.end;
      otherAt = otherLeaf.end;
      const differs = text.slice(leaf.start, at) !== other.slice(otherLeaf.start, otherAt);
      if (differs || this.#holes.some((hole) => hole.leaf === index)) holes.push(index);
      if (holes.length > MOST_HOLES) return undefined;
    }
    const fits = text.slice(at) === other.slice(otherAt);
    return fits ? new Pattern(text, leaves, holes) : undefined;
  }

  /** The text with JSON strings or numbers in the holes. */
  #textWith(values: readonly string[]): string {
    return this.#holes.reduce((text, { isString, suffix }, index) => {
      const value = values[index] as string;
      return text + (isString ? value.slice(1, -1) : value) + suffix;
    }, this.#prefix);
  }
}

const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** The strings and numbers of a text known to be JSON; `undefined` where it is nested too deep. */
function leavesOf(text: string): Leaf[] | undefined {
  const leaves: Leaf[] = [];
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const start = at + 1;
      const end = stringEnd(text, start);
      at = end + 1;
      if (!isKey(text, at)) leaves.push({ start, end, isString: true });
    } else if (code === MINUS || isDigit(code)) {
      const start = at;
      at = numberEnd(text, start);
      leaves.push({ start, end: at, isString: false });
    } else {
      if (isOpening(code)) depth++;
      else if (isClosing(code)) depth--;
      if (depth > DEEPEST_PREDICTED) return undefined;
      at++;
    }
  }
  return leaves;
}

/** Whether the string that ended here is a key: a colon comes next. */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === COLON;
}

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

/** Every integer of so many digits is a number of its own. */
const MOST_EXACT_DIGITS = 15;

function numberEnd(text: string, start: number): number {
  let end = start;
  while (isNumberPart(text.charCodeAt(end))) end++;
  return end;
}

function readNumber(text: string, start: number, end: number): number | undefined {
  const length = end - start;
  const mayBeInteger = length === 1 || text.charCodeAt(start) !== ZERO;
  if (mayBeInteger && length > 0 && length <= MOST_EXACT_DIGITS) {
    let value = 0;
    let at = start;
    for (; at < end && isDigit(text.charCodeAt(at)); at++) {
      value = value * 10 + text.charCodeAt(at) - ZERO;
    }
    if (at === end) return value;
  }
  const number = text.slice(start, end);
  return NUMBER.test(number) ? Number(number) : undefined;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** A digit, or one of `+ - . e E`. */
function isNumberPart(code: number): boolean {
  return (
    isDigit(code) ||
    code === 0x2b ||
    code === MINUS ||
    code === 0x2e ||
    code === 0x65 ||
    code === 0x45
  );
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b;
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The same text, keeping no other alive: `join` writes a new string, `+` and `slice` may only refer. */
function ownCopy(text: string): string {
  return [text.slice(0, 1), text.slice(1)].join("");
}
