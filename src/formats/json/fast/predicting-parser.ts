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
 * which ones came after it, and these are tried first, then those that begin like the record.
 *
 * Paying for it: a lesson costs as much as several records save that are read by their pattern. So each of
 * these gives a credit, and each lesson takes some. Where records do not fit, every few dozen of them earn a
 * lesson too: a stream that becomes regular late is learnt late, and one that never does costs little more
 * than `JSON.parse`. Benchmark: "Wires".
 */
import { outlineOf } from "./outline.js";
import { Shape } from "./shape.js";
import { ownCopy } from "./strings.js";

/** Short records parse fast; long ones, images, are rare. In characters. */
const SHORTEST_LEARNT = 32;
const LONGEST_LEARNT = 16 * 1024;

/** What is learnt is kept: so many shapes, of so many characters together. */
const MOST_SHAPES = 64;
const MOST_CHARACTERS = 256 * 1024;

/** How many shapes to try that begin like a record, besides the expected ones. */
const MOST_TRIES = 8;

/** After so many searches in a row that found none, only one of so many records is searched for. */
const MOST_VAIN_SEARCHES = 32;

/** What a lesson costs, in credits, and what a record earns that was not read by a pattern. */
const LESSON = 8;
const CHARACTERS_PER_CREDIT = 64;
const EARNED_BY_MISS = 0.25;
/** What a lesson costs more about a shape that can have no pattern. */
const VAIN_LESSON = 64;
const FIRST_CREDIT = 512;
const MOST_CREDIT = 1024;
/** What lessons about long records leave for those about short ones. */
const RESERVE = 128;
const LONGEST_OF_SHORT = 512;

/** After so many lessons, what was of use before counts half. */
const LESSONS_PER_AGE = 256;

/** Reads the records of streams that are alike, in any order. */
export class PredictingParser {
  /** Those that were found by a search move to the front. */
  readonly #shapes: Shape[] = [];
  /** Their sizes together. */
  #size = 0;
  /** The shape of the record before, as far as it is known. */
  #last = new Shape({ skeleton: "", leaves: [] }, 0);
  #credit = FIRST_CREDIT;
  #lessons = 0;
  #vainSearches = 0;

  /**
   * The value of a JSON text, or of a range of one. No string in the value keeps that text alive.
   *
   * @throws SyntaxError like `JSON.parse`.
   */
  parse(text: string, start = 0, end = text.length): unknown {
    if (end - start < SHORTEST_LEARNT) return JSON.parse(text.slice(start, end));
    const { next } = this.#last;
    const value = next.pattern?.match(text, start, end);
    if (value !== undefined) return this.#follow(next, value);
    return this.#matchOther(text, start, end) ?? this.#parseAndLearn(text, start, end);
  }

  #matchOther(text: string, start: number, end: number): unknown {
    const { next, alternative } = this.#last;
    if (alternative !== next) {
      const value = alternative.pattern?.match(text, start, end);
      if (value !== undefined) return this.#follow(alternative, value);
    }
    const isHopeless = this.#vainSearches++ > MOST_VAIN_SEARCHES;
    if (isHopeless && this.#vainSearches % MOST_VAIN_SEARCHES !== 0) return undefined;
    return this.#search(text, start, end);
  }

  #search(text: string, start: number, end: number): unknown {
    const shapes = this.#shapes;
    let tries = 0;
    for (let index = 0; index < shapes.length && tries < MOST_TRIES; index++) {
      const shape = shapes[index] as Shape;
      if (shape.pattern?.begins(text, start) !== true) continue;
      tries++;
      const value = shape.pattern.match(text, start, end);
      if (value === undefined) continue;
      this.#vainSearches = 0;
      this.#bringForward(index);
      return this.#follow(shape, value);
    }
    return undefined;
  }

  #follow(shape: Shape, value: unknown): unknown {
    this.#last.precede(shape);
    this.#last = shape;
    shape.uses++;
    if (this.#credit < MOST_CREDIT) this.#credit++;
    return value;
  }

  #bringForward(index: number): void {
    if (index === 0) return;
    const shapes = this.#shapes;
    const shape = shapes[index] as Shape;
    shapes[index] = shapes[index - 1] as Shape;
    shapes[index - 1] = shape;
  }

  #parseAndLearn(text: string, start: number, end: number): unknown {
    const record = text.slice(start, end);
    const value: unknown = JSON.parse(record);
    const { length } = record;
    if (length > LONGEST_LEARNT || typeof value !== "object" || value === null) return value;
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
    const index = this.#shapes.findIndex(({ skeleton }) => skeleton === outline.skeleton);
    const shape = this.#shapes[index] ?? new Shape(outline, record.length);
    if (index === -1) {
      this.#admit(shape);
    } else {
      shape.widen(outline);
      if (shape.pattern === undefined) this.#credit -= VAIN_LESSON;
      // Perhaps it would have fitted, and was only not tried.
      this.#bringForward(index);
    }
    this.#last.precede(shape);
    this.#last = shape;
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
    this.#shapes.splice(this.#shapes.indexOf(evicted), 1);
    for (const shape of [this.#last, ...this.#shapes]) shape.forget(evicted);
  }
}
