/**
 * Finds the lines of a {@link LineDecoder} whose records are known: they are read from their bytes, so that neither
 * their ends are searched for nor their text made. All others are read line by line. Benchmark: "Wires".
 */
import type { BytesReader, LineDecoder } from "../line-decoder.js";
import { copyOf, type PredictingParser } from "../json/fast/predicting-parser.js";
import { Source } from "../json/fast/source.js";
import { isBetweenLines, LineReader, type LineSteps } from "./line-reader.js";

const LF = 0x0a;
const CR = 0x0d;

/** Reads the bytes of one decoder. */
export class KnownLineReader implements BytesReader, LineSteps {
  readonly inRuns = false;
  readonly #lines: LineDecoder<unknown>;
  readonly #known: PredictingParser;
  readonly #others: LineReader;
  /** The bytes that are being read. */
  #source: Source | undefined;

  constructor(lines: LineDecoder<unknown>, known: PredictingParser) {
    this.#lines = lines;
    this.#known = known;
    this.#others = new LineReader(lines, this);
  }

  read(bytes: Uint8Array): void {
    const lines = this.#lines;
    const isWhole = bytes[bytes.length - 1] === LF && isBetweenLines(lines);
    const copy = isWhole ? copyOf(bytes) : undefined;
    const start = copy === undefined ? 0 : this.#readKnown(copy, 0);
    if (start === 0) this.#others.read(bytes);
    else if (start < bytes.length) this.#others.read(bytes.subarray(start));
    this.#source = undefined;
    lines.isNew = false;
  }

  readSteps(bytes: Uint8Array, start: number): number {
    if (this.#source?.bytes !== bytes) this.#source = new Source(bytes);
    return this.#readKnown(this.#source, start);
  }

  /** Reads lines as long as they are known; gives where the next one begins. */
  #readKnown(source: Source, start: number): number {
    const { bytes } = source;
    const lines = this.#lines;
    const known = this.#known;
    let at = start;
    for (;;) {
      if (at > source.lastLineEnd) return at;
      const record = known.read(source, at);
      lines.isNew = record === undefined;
      if (record === undefined) return at;
      const { end } = known;
      const next = bytes[end] === CR ? end + 1 : end;
      if (bytes[next] !== LF) return at;
      lines.checkLength(end - at);
      lines.emit(record);
      at = next + 1;
    }
  }

  readLines(): number {
    return 0;
  }

  readTwoLines(_run: string, _bytes: Uint8Array, _at: number, start: number): number {
    return start;
  }
}
