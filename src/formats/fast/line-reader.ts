/**
 * Finds the lines of a {@link LineDecoder} fast, where its own way looks at one byte after the other.
 *
 * Three ways to read give the same lines; which one is taken depends on what it costs. A call into
 * C++ costs as much as looking at a few dozen bytes, so a read of few bytes goes byte by byte into
 * a `TextBuffer`. A larger read is decoded in runs, and its lines are cut out of these. Where
 * a byte is not ASCII, lines are searched for as bytes and decoded one by one, since bytes and
 * characters no longer have the same indexes. No way ever splits a character: the bytes of LF and
 * CR are never part of another one.
 *
 * A string that V8 cuts out of another keeps that one alive: a line its whole run. Lines are read and
 * dropped; what a reader may keep is copied where it leaves the pipeline (`ownedText`). Benchmark: "Decoding".
 */
import { asciiText, indexOfByte, utf8Text } from "../../runtime/node.js";
import type { BytesReader, LineDecoder } from "../line-decoder.js";

const LF = 0x0a;
const CR = 0x0d;

/** Up to this many bytes, a loop in JavaScript is cheaper than one call into C++ (measured). */
export const FEW_BYTES = 40;

/** Longer runs are not faster, and hold more (measured); shorter ones are, where now and then a byte is not ASCII. */
const LONGEST_RUN = 32 * 1024;
const SHORTEST_RUN = 1024;

/** After so many short runs in a row that were not ASCII, or one without a whole line, so many reads are read line by line. */
const READS_WITHOUT_RUNS = 16;
const MOST_FAILURES = 4;

/** Reads larger steps than lines, where a format has them. */
export interface LineSteps {
  /** Many lines are decoded at once; false where most are read in steps, which are not decoded. */
  readonly inRuns: boolean;
  /** Reads as long as a step begins before `until`; gives where the next line begins. */
  readSteps(bytes: Uint8Array, start: number, until: number): number;
  /**
   * Reads the whole lines of an ASCII text without CR, which is decoded from `bytes` at `at`; gives
   * where the last one ends.
   */
  readLines(run: string, bytes: Uint8Array, at: number): number;
  /** Reads the line of the run up to `end` and the empty one behind it; gives where the next line begins. */
  readTwoLines(run: string, bytes: Uint8Array, at: number, start: number, end: number): number;
}

/** Steps that are lines. */
class SingleLines implements LineSteps {
  readonly inRuns = true;
  readonly #lines: LineDecoder<unknown>;

  constructor(lines: LineDecoder<unknown>) {
    this.#lines = lines;
  }

  readSteps(_bytes: Uint8Array, start: number): number {
    return start;
  }

  readLines(run: string): number {
    const lines = this.#lines;
    let start = 0;
    let end: number;
    while ((end = run.indexOf("\n", start)) !== -1) {
      lines.checkLength(end - start);
      lines.readLine(run, start, end, end - start);
      start = end + 1;
      if (lines.ended) break;
    }
    return start;
  }

  readTwoLines(_run: string, _bytes: Uint8Array, _at: number, start: number): number {
    return start;
  }
}

/** Reads the bytes of one decoder. */
export class LineReader implements BytesReader {
  readonly #lines: LineDecoder<unknown>;
  readonly #steps: LineSteps;
  #readsWithoutRuns = 0;
  #runBytes = LONGEST_RUN;
  /** Counts the shortest runs in a row that were not ASCII. */
  #failures = 0;

  constructor(lines: LineDecoder<unknown>, steps: LineSteps = new SingleLines(lines)) {
    this.#lines = lines;
    this.#steps = steps;
  }

  read(bytes: Uint8Array): void {
    const start = this.#lines.beginRead(bytes);
    if (start === bytes.length) return;
    if (bytes.length <= FEW_BYTES) this.#readFew(bytes, start);
    else this.#readMany(bytes, start);
  }

  #readFew(bytes: Uint8Array, start: number): void {
    const lines = this.#lines;
    const { unfinished } = lines;
    let at = start;
    while ((at = appendAbove(CR, unfinished, bytes, at)) < bytes.length) {
      const byte = bytes[at] as number;
      if (byte === LF || (byte === CR && lines.endsAtCR)) {
        lines.endUnfinished();
        if (lines.ended) return;
        at = lines.nextLine(bytes, at);
      } else {
        unfinished.push(byte);
        at++;
      }
    }
    if (unfinished.byteLength > lines.maxLineBytes) lines.checkUnfinished();
  }

  #readMany(bytes: Uint8Array, start: number): void {
    const lines = this.#lines;
    if (!this.#steps.inRuns) {
      this.#readBytes(bytes, start, bytes.length);
      return;
    }
    if (this.#readsWithoutRuns > 0) this.#readsWithoutRuns--;
    let at = start;
    if (lines.unfinished.length > 0 || this.#readsWithoutRuns > 0)
      at = this.#readBytes(bytes, at, at);
    while (at < bytes.length) at = this.#readRun(bytes, at);
  }

  /** Reads the lines of a run that begins here, at once if it is ASCII and has whole ones; gives where to go on. */
  #readRun(bytes: Uint8Array, at: number): number {
    const lines = this.#lines;
    const end = Math.min(at + this.#runBytes, bytes.length);
    const run = asciiText(bytes, at, end);
    if (run === undefined) return this.#readOtherRun(bytes, at, end);
    this.#failures = 0;
    if (this.#runBytes < LONGEST_RUN) this.#runBytes *= 2;
    const read = this.#readText(run, bytes, at);
    if (lines.ended) return bytes.length;
    if (read > 0) return at + read;
    if (end - at === LONGEST_RUN) this.#readsWithoutRuns = READS_WITHOUT_RUNS;
    return this.#readBytes(bytes, at, at);
  }

  /** Reads a run that is not ASCII: shorter ones may be, or else lines one by one. */
  #readOtherRun(bytes: Uint8Array, at: number, end: number): number {
    if (end - at > SHORTEST_RUN) {
      this.#runBytes = Math.max(SHORTEST_RUN, (end - at) >> 2);
      return at;
    }
    if (++this.#failures === MOST_FAILURES) {
      this.#failures = 0;
      this.#readsWithoutRuns = READS_WITHOUT_RUNS;
    }
    return this.#readBytes(bytes, at, end);
  }

  #readText(run: string, bytes: Uint8Array, at: number): number {
    const steps = this.#steps;
    const hasCR = run.indexOf("\r") !== -1; // faster than includes() on Node 20
    return hasCR ? this.#readMixedLines(run, bytes, at) : steps.readLines(run, bytes, at);
  }

  /** The same for lines that end in any way. */
  #readMixedLines(run: string, bytes: Uint8Array, at: number): number {
    const lines = this.#lines;
    const steps = this.#steps;
    let nextLF = -1;
    let nextCR = lines.endsAtCR ? -1 : run.length;
    let start = 0;
    while (start < run.length) {
      if (nextLF < start) nextLF = nextCharacter(run, "\n", start);
      if (nextCR < start) nextCR = nextCharacter(run, "\r", start);
      const end = Math.min(nextLF, nextCR);
      if (end === run.length) break;
      const next = steps.readTwoLines(run, bytes, at, start, end);
      if (next > start) {
        start = next;
      } else {
        lines.endLine(run, start, end, end - start);
        start = lines.nextLine(bytes, at + end) - at;
      }
      if (lines.ended) break;
    }
    return start;
  }

  /** Reads lines one by one: the first one, and the others up to `until` or where runs are not tried; gives where to go on. */
  #readBytes(bytes: Uint8Array, start: number, until: number): number {
    const lines = this.#lines;
    const steps = this.#steps;
    let nextLF = -1;
    let nextCR = lines.endsAtCR ? -1 : bytes.length;
    const stepsEnd = this.#readsWithoutRuns > 0 ? bytes.length : until;
    let at = start;
    do {
      if (lines.unfinished.length === 0) at = steps.readSteps(bytes, at, stepsEnd);
      if (lines.ended) return bytes.length;
      if (at > start && at >= stepsEnd) return at;
      // Every second line of server-sent events is empty: a look costs less than a search.
      if (nextLF < at) nextLF = bytes[at] === LF ? at : nextByte(bytes, LF, at);
      if (nextCR < at) nextCR = nextByte(bytes, CR, at);
      const end = Math.min(nextLF, nextCR);
      this.#readBytesTo(end, bytes, at);
      if (end === bytes.length || lines.ended) return bytes.length;
      at = lines.nextLine(bytes, end);
    } while (at < stepsEnd);
    return at;
  }

  /** Reads one line, or what there is of it. */
  #readBytesTo(end: number, bytes: Uint8Array, at: number): void {
    const lines = this.#lines;
    const { unfinished } = lines;
    if (end === bytes.length) {
      unfinished.append(bytes, at, end);
      lines.checkUnfinished();
    } else if (unfinished.length > 0) {
      unfinished.append(bytes, at, end);
      lines.endUnfinished();
    } else {
      const line = utf8Text(bytes, at, end);
      lines.endLine(line, 0, line.length, end - at);
    }
  }
}

/** Tells whether the next byte begins a line. */
export function isBetweenLines({ unfinished, skipsLF, ended }: LineDecoder<unknown>): boolean {
  return unfinished.length === 0 && !skipsLF && !ended;
}

/** Appends the bytes up to the first one that is not above `limit`, byte by byte; gives where it stands. */
function appendAbove(
  limit: number,
  buffer: LineDecoder<unknown>["unfinished"],
  source: Uint8Array,
  start: number,
): number {
  const end = source.length;
  if (buffer.length + end - start > buffer.bytes.length) buffer.reserve(end - start);
  const { bytes } = buffer;
  let { length } = buffer;
  let at = start;
  for (; at < end; at++) {
    const byte = source[at] as number;
    if (byte <= limit) break;
    bytes[length++] = byte;
  }
  buffer.length = length;
  return at;
}

/** Finds the byte, the length if there is none. */
function nextByte(bytes: Uint8Array, byte: number, from: number): number {
  const found = indexOfByte(bytes, byte, from);
  return found === -1 ? bytes.length : found;
}

/** Finds the character, the length if there is none. */
function nextCharacter(text: string, character: string, from: number): number {
  const found = text.indexOf(character, from);
  return found === -1 ? text.length : found;
}
