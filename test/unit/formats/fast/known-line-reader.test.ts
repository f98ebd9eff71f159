import { describe, expect, it } from "vitest";
import { KnownLineReader } from "../../../../src/formats/fast/known-line-reader.js";
import { PredictingParser } from "../../../../src/formats/json/fast/predicting-parser.js";
import { LineDecoder } from "../../../../src/formats/line-decoder.js";
import { bytesOf, cut, decodedBy } from "../../../helpers/every-cut.js";

const known = (n: number): string => `{"id":"the same for a while","delta":{"text":"t${n}"}}`;

/** Lines of JSON, and how many of them were known. */
class Lines extends LineDecoder<unknown> {
  known = 0;

  constructor(private readonly parser: PredictingParser | undefined) {
    super({ carriageReturn: "content", maxRecordBytes: 1_000 });
    this.reader = parser && new KnownLineReader(this, parser);
  }

  override emit(record: unknown): void {
    this.known++;
    super.emit(record);
  }

  override readLine(text: string, start: number, end: number): void {
    const line = text.slice(start, end);
    super.emit(this.parser === undefined ? JSON.parse(line) : this.parser.parse(line));
  }
}

describe("KnownLineReader", () => {
  const lines = Array.from({ length: 60 }, (_, n) => (n % 7 === 5 ? `"other ${n}"` : known(n)));
  const bytes = bytesOf(lines.map((line) => line + "\r\n".slice(line.length % 2)).join(""));

  const decode = (decoder: Lines, size: number) =>
    decodedBy(decoder, cut(bytes, Array<number>(Math.floor(bytes.length / size)).fill(size)));

  it("gives what is known among what is not, in reads of any size", () => {
    const parser = new PredictingParser();
    for (const size of [10_000, 1, 30, 100, 1000]) {
      const decoder = new Lines(parser);
      expect(decode(decoder, size)).toEqual(decode(new Lines(undefined), size));
      if (size >= 1000) expect(decoder.known).toBeGreaterThan(20);
    }
  });
});
