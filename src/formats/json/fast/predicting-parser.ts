/**
 * `JSON.parse` for the records of one model, which are alike but for a token and a few counters.
 *
 * Records with the same structure, keys and literals are of one shape. A shape that has come twice gets a
 * pattern: the text of its records, with holes where they differed. The next record is compared with the
 * pattern: where it fits, its value is the pattern's value, copied, with what stands in the holes put in.
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
import { parseJson } from "../plain-parser.js";
import { outlineOf, type Outline } from "./outline.js";
import { ShapeIndex } from "./shape-index.js";
import { Shape } from "./shape.js";
import { ownCopy } from "./strings.js";

/** Short records parse fast; long ones, images, are rare. In characters. */
const SHORTEST_LEARNT = 32;
const LONGEST_LEARNT = 16 * 1024;

/** What is learnt is kept: so many shapes, of so many characters together. */
const MOST_SHAPES = 128;
const MOST_CHARACTERS = 256 * 1024;

/** What a lesson costs, in credits, and what a record earns that was not read by a pattern. */
const LESSON = 1;
const CHARACTERS_PER_CREDIT = 128;
const EARNED_BY_HIT = 0.5;
const EARNED_BY_MISS = 0.25;
/** What it costs more to make a pattern. */
const PATTERN = 8;
const FIRST_CREDIT = 512;
const MOST_CREDIT = 1024;
/** What lessons about long records leave for those about short ones. */
const RESERVE = 64;
const LONGEST_OF_SHORT = 512;

/** After so many lessons, what was of use before counts half. */
const LESSONS_PER_AGE = 256;

/** Reads the records of streams that are alike, in any order. */
export class PredictingParser {
  readonly #shapes: Shape[] = [];
  /** Their sizes together. */
  #size = 0;
  /** The shape of the record before, as far as it is known. */
  #last = new Shape({ skeleton: "", leaves: [] }, 0);
  #credit = FIRST_CREDIT;
  #lessons = 0;
  readonly #index = new ShapeIndex();

  /**
   * The value of a JSON text, or of a range of one. No string in the value keeps that text alive.
   *
   * @throws SyntaxError like `JSON.parse`.
   */
  parse(text: string, start = 0, end = text.length): unknown {
    const length = end - start;
    if (length < SHORTEST_LEARNT || length > LONGEST_LEARNT) return parseJson(text, start, end);
    const { next, other } = this.#last;
    const value = next.pattern?.match(text, start, end);
    if (value !== undefined) return this.#follow(next, value);
    if (other !== next) {
      const otherValue = other.pattern?.match(text, start, end);
      if (otherValue !== undefined) return this.#follow(other, otherValue);
    }
    return this.#search(text, start, end) ?? this.#parseAndLearn(text, start, end);
  }

  #search(text: string, start: number, end: number): unknown {
    const shape = this.#index.find(text, start, end);
    const value = shape?.pattern?.match(text, start, end);
    return shape === undefined || value === undefined ? undefined : this.#follow(shape, value);
  }

  #follow(shape: Shape, value: unknown): unknown {
    this.#last.precede(shape);
    this.#last = shape;
    shape.uses++;
    if (this.#credit < MOST_CREDIT) this.#credit += EARNED_BY_HIT;
    return value;
  }

  #parseAndLearn(text: string, start: number, end: number): unknown {
    const record = text.slice(start, end);
    const value: unknown = JSON.parse(record);
    const { length } = record;
    if (typeof value !== "object" || value === null) return value;
    this.#credit += EARNED_BY_MISS;
    const lesson = LESSON + length / CHARACTERS_PER_CREDIT;
    const reserve = length > LONGEST_OF_SHORT ? RESERVE : 0;
    if (this.#credit >= lesson + reserve) {
      this.#credit -= lesson;
      this.#learn(ownCopy(record));
    }
    return value;
  }

  #learn(record: string): void {
    const outline = outlineOf(record);
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
    this.#last.precede(shape);
    this.#last = shape;
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
    for (const shape of [this.#last, ...this.#shapes]) shape.forget(evicted);
  }
}
