/**
 * `JSON.parse` for the records of one model, which are alike but for a token and a few counters.
 *
 * Records with the same structure, keys and literals are of one shape. A shape that has come twice gets a
 * pattern: the text of its records, with holes where they differed. The bytes of the next record are compared
 * with the pattern: where they fit, its value is the pattern's value, copied, with what stands in the holes put
 * in. Neither has the record to be decoded for that, nor its end to be found.
 * Any difference means `JSON.parse`, and afterwards the places that differed are holes too. The result is
 * therefore always what `JSON.parse` gives, a fresh object each time; only the time differs.
 *
 * Finding the shape: an answer has a dozen, most of them once, at its beginning and its end. Each remembers
 * which one mostly comes after it, and that one is tried first. Otherwise an index finds it in one pass.
 *
 * Paying for it: a lesson costs as much as several records save that are read by their pattern. So each of
 * these gives a credit, and each lesson takes some. Where records do not fit, every few dozen of them earn a
 * lesson too: a stream that becomes regular late is learnt late, and one that never does costs little more
 * than `JSON.parse`. Benchmark: "Wires".
 */
import { utf8Bytes, utf8Text } from "../../../runtime/node.js";
import { spaceEnd } from "./hole.js";
import type { Json } from "./clone-sites.js";
import { outlineOf, type Outline } from "./outline.js";
import type { Pattern } from "./pattern.js";
import { Shape, Trail } from "./shape.js";
import { ShapeIndex } from "./shape-index.js";
import { Source } from "./source.js";

/** Longer records, images, are rare; found pages, as a search of a server gives them, have some 20 KB. In characters. */
const LONGEST_LEARNT = 32 * 1024;

/** Bytes that do not last are copied, since a view of them would cost more; longer ones are not. */
const LONGEST_COPIED = 4 * 1024;

/** Ends what is copied: no record has it. */
const NUL = 0;

/** No record that is learnt has any, so none that is read by its pattern goes beyond its line. */
const LINE_END = /[\n\r]/;

/** The most shapes that are kept, and the most characters of all of them. */
const MOST_SHAPES = 128;
const MOST_CHARACTERS = 256 * 1024;

/** The cost of a lesson, in credits, and the earnings of a record that was not read by a pattern. */
const LESSON = 1;
const CHARACTERS_PER_CREDIT = 128;
const EARNED_BY_HIT = 0.5;
const EARNED_BY_MISS = 0.25;
/** The further cost of making a pattern. */
const PATTERN = 8;
const FIRST_CREDIT = 512;
const MOST_CREDIT = 1024;
/** The credits that lessons about long records leave for those about short ones. */
const RESERVE = 64;
const LONGEST_OF_SHORT = 512;

/** After so many lessons, what was of use before counts half. */
const LESSONS_PER_AGE = 256;

const ENCODER = /* @__PURE__ */ new TextEncoder();
const COPIED_BYTES = /* @__PURE__ */ new Uint8Array(LONGEST_COPIED + 1);
const COPIED = /* @__PURE__ */ new Source(COPIED_BYTES, LONGEST_COPIED);

/** Few bytes, copied, to read records from until the next ones are; a byte that no record has ends them. */
export function copyOf(bytes: Uint8Array): Source | undefined {
  const { length } = bytes;
  if (length > LONGEST_COPIED) return undefined;
  COPIED_BYTES.set(bytes);
  COPIED_BYTES[length] = NUL;
  return COPIED;
}

/** Reads the records of streams that are alike, in any order. */
export class PredictingParser {
  /** The end of the record that was read last, with the white space behind it. */
  end = 0;
  readonly #shapes: Shape[] = [];
  /** Their sizes together. */
  #size = 0;
  /** Of the records of which nothing else is known. */
  readonly #trail = new Trail();
  #credit = FIRST_CREDIT;
  #lessons = 0;
  readonly #index = new ShapeIndex();

  /**
   * The value of an object or array that begins here, of a known shape; `undefined` where none does. It need not
   * be known where it ends, but for one thing: a line end is not part of it.
   *
   * @param trail Of the records among which it is.
   */
  read(source: Source, start: number, trail = this.#trail): Json | undefined {
    const { next, other } = trail.last;
    let shape: Shape | undefined = next;
    let value = next.pattern?.match(source, start);
    if (value === undefined && other !== next) {
      shape = other;
      value = other.pattern?.match(source, start);
    }
    if (value === undefined) {
      shape = this.#index.find(source, start);
      value = shape?.pattern?.match(source, start);
    }
    if (value === undefined) return undefined;
    trail.follow(shape as Shape);
    return this.#countHit(shape as Shape, source, value);
  }

  #countHit(shape: Shape, { bytes }: Source, value: Json): Json {
    shape.uses++;
    if (this.#credit < MOST_CREDIT) this.#credit += EARNED_BY_HIT;
    this.end = spaceEnd(bytes, (shape.pattern as Pattern).end);
    return value;
  }

  /**
   * The value of a JSON text that was decoded from UTF-8.
   *
   * @throws SyntaxError like `JSON.parse`.
   */
  parse(record: string): unknown {
    if (record.length > LONGEST_COPIED) return this.parseNew(record);
    const { read, written } = ENCODER.encodeInto(record, COPIED_BYTES);
    const value = read === record.length ? this.#readCopy(written) : undefined;
    return value ?? this.parseNew(record);
  }

  /** The same for the text of bytes. */
  parseBytes(bytes: Uint8Array, start: number, end: number): unknown {
    if (end - start <= LONGEST_COPIED) {
      COPIED_BYTES.set(bytes.subarray(start, end));
      const value = this.#readCopy(end - start);
      if (value !== undefined) return value;
    }
    return this.parseNew(utf8Text(bytes, start, end));
  }

  #readCopy(length: number): Json | undefined {
    COPIED_BYTES[length] = NUL;
    const value = this.read(COPIED, 0);
    return this.end === length ? value : undefined;
  }

  /** The value of a text that is no record of a known shape; learns from it. */
  parseNew(record: string, trail = this.#trail): unknown {
    const value: unknown = JSON.parse(record);
    const { length } = record;
    if (typeof value !== "object" || value === null || length > LONGEST_LEARNT) return value;
    this.#credit += EARNED_BY_MISS;
    const lesson = LESSON + length / CHARACTERS_PER_CREDIT;
    const reserve = length > LONGEST_OF_SHORT ? RESERVE : 0;
    if (this.#credit >= lesson + reserve && !LINE_END.test(record)) {
      this.#credit -= lesson;
      this.#learn(record.trimEnd(), trail);
    }
    return value;
  }

  #learn(record: string, trail: Trail): void {
    const outline = outlineOf(utf8Bytes(record));
    if (outline === undefined) return;
    this.#lessons++;
    if (this.#lessons % LESSONS_PER_AGE === 0) for (const shape of this.#shapes) shape.age();
    let shape = this.#shapes.find(({ skeleton }) => skeleton === outline.skeleton);
    if (shape === undefined) {
      shape = new Shape(outline, record.length);
      this.#admit(shape);
    } else {
      this.#widen(shape, outline);
    }
    trail.follow(shape);
  }

  #widen(shape: Shape, outline: Outline): void {
    const before = shape.pattern;
    shape.widen(outline);
    const { pattern } = shape;
    this.#credit -= PATTERN;
    if (pattern === before) return;
    if (before !== undefined) this.#index.remove(before);
    if (pattern !== undefined) this.#index.add(shape, pattern);
  }

  /** Takes in a shape, in place of those that are of least use if there are too many. */
  #admit(shape: Shape): void {
    const shapes = this.#shapes;
    this.#size += shape.size;
    while (shapes.length >= MOST_SHAPES || this.#size > MOST_CHARACTERS) {
      this.#evict(shapes.reduce((least, one) => (one.uses < least.uses ? one : least)));
    }
    shapes.push(shape);
  }

  #evict(evicted: Shape): void {
    this.#size -= evicted.size;
    if (evicted.pattern !== undefined) this.#index.remove(evicted.pattern);
    this.#shapes.splice(this.#shapes.indexOf(evicted), 1);
    for (const shape of [this.#trail.last, ...this.#shapes]) shape.forget(evicted);
  }
}
