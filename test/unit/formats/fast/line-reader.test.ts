import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineReader } from "../../../../src/formats/fast/line-reader.js";
import { LineDecoder, type LineRules } from "../../../../src/formats/line-decoder.js";
import { cut, decodedBy } from "../../../helpers/every-cut.js";
import { budget } from "../../../helpers/properties.js";

class Lines extends LineDecoder<readonly [string, number]> {
  constructor(
    carriageReturn: LineRules["carriageReturn"],
    isFast: boolean,
    maxRecordBytes: number,
  ) {
    super({ carriageReturn, maxRecordBytes });
    this.reader = isFast ? new LineReader(this) : undefined;
  }

  readLine(text: string, start: number, end: number, byteLength: number): void {
    const line = text.slice(start, end);
    this.emit([line, byteLength]);
    this.ended = line === "end";
  }
}

const SOME = fc.constantFrom(
  "\n",
  "\r",
  "\r\n",
  "a",
  "é",
  "🐇",
  "end\n",
  "x".repeat(50),
  "y".repeat(3000),
);

describe("LineReader", () => {
  it.each(["ends", "content"] as const)(
    "gives what a decoder gives that reads for itself, where a CR %s",
    (carriageReturn) => {
      const input = fc.array(SOME, { maxLength: 40 }).map((parts) => parts.join(""));
      fc.assert(
        fc.property(
          input,
          fc.array(fc.oneof(fc.nat(20), fc.nat(9000))),
          fc.constantFrom(40, 1e6),
          (text, cuts, most) => {
            const pieces = cut(new TextEncoder().encode(text), cuts);
            const [fast, plain] = [true, false].map((isFast) =>
              decodedBy(new Lines(carriageReturn, isFast, most), pieces),
            );
            expect(fast).toEqual(plain);
          },
        ),
        budget(4),
      );
    },
  );
});
