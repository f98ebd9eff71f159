import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { RecordTooLargeError } from "../../src/errors.js";
import { LineDecoder, type LineRules } from "../../src/formats/line-decoder.js";
import { bytesOf, cut, oneByteEach } from "./every-cut.js";

type CarriageReturn = LineRules["carriageReturn"];

function linesOf(
  pieces: readonly Uint8Array[],
  carriageReturn: CarriageReturn,
  maxRecordBytes = 1_000_000,
): string[] {
  const decoder = new LineDecoder({ carriageReturn, maxRecordBytes });
  const lines: string[] = [];
  for (const piece of pieces) {
    const memory = Uint8Array.from(piece);
    decoder.push(memory);
    while (decoder.next()) lines.push(decoder.text());
    memory.fill(0x5a);
  }
  if (decoder.finish()) lines.push(decoder.text());
  return lines;
}

/** The same by splitting the whole text. */
const SPLIT: Record<CarriageReturn, RegExp> = {
  ends: /\r\n|\r|\n/,
  beforeLineFeed: /\r?\n/,
  content: /\n/,
};

function reference(input: Uint8Array, carriageReturn: CarriageReturn): string[] {
  const text = Buffer.from(input).toString("utf8");
  const lines = text.split(SPLIT[carriageReturn]);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const LONG = "x".repeat(50);

describe("LineDecoder", () => {
  it("joins a character split across two chunks", () => {
    const bytes = bytesOf("a😀b\n");
    for (let at = 0; at <= bytes.length; at++) {
      expect(linesOf(cut(bytes, [at]), "ends")).toEqual(["a😀b"]);
    }
  });

  it("takes CR at the end of a buffer and LF at the start of the next as one line end", () => {
    expect(linesOf([bytesOf("a\r"), bytesOf("\nb\n")], "ends")).toEqual(["a", "b"]);
    expect(linesOf([bytesOf(`${LONG}\r`), bytesOf(`\n${LONG}\n`)], "ends")).toEqual([LONG, LONG]);
    expect(linesOf([bytesOf("a\r"), bytesOf(""), bytesOf("\nb\n")], "ends")).toEqual(["a", "b"]);
  });

  it("shows a line that ends with CR before it knows what follows", () => {
    const decoder = new LineDecoder({ carriageReturn: "ends", maxRecordBytes: 100 });
    decoder.push(bytesOf("a\r"));
    expect(decoder.next()).toBe(true);
    expect(decoder.text()).toBe("a");
  });

  it("keeps a CR that is not part of a line end", () => {
    expect(linesOf([bytesOf("a\rb\r\r\nc\r")], "beforeLineFeed")).toEqual(["a\rb\r", "c\r"]);
    expect(linesOf([bytesOf("a\r\n")], "content")).toEqual(["a\r"]);
  });

  it("gives the last line once", () => {
    const decoder = new LineDecoder({ carriageReturn: "ends", maxRecordBytes: 100 });
    decoder.push(bytesOf("a"));
    expect(decoder.next()).toBe(false);
    expect(decoder.finish()).toBe(true);
    expect(decoder.finish()).toBe(false);
  });

  it("reads stretches of ASCII and of other text alike", () => {
    const lines = Array.from({ length: 200 }, (_, i) => `${i % 7 === 0 ? "ä€😀" : ""}${LONG}${i}`);
    const bytes = bytesOf(lines.join("\n"));
    expect(linesOf([bytes], "ends")).toEqual(lines);
    expect(linesOf(cut(bytes, [5000]), "ends")).toEqual(lines);
  });

  it("reads a line that is longer than any stretch it decodes at once", () => {
    const lines = ["x".repeat(5000), LONG, "y".repeat(9000), LONG];
    expect(linesOf([bytesOf(lines.join("\r\n"))], "ends")).toEqual(lines);
  });

  it("reports a line that is too long, complete or not", () => {
    for (const end of ["", "\n"]) {
      const fits = bytesOf(`${"x".repeat(50)}${end}`);
      const tooLong = bytesOf(`${"x".repeat(51)}${end}`);
      for (const pieces of [(b: Uint8Array) => [b], oneByteEach]) {
        expect(linesOf(pieces(fits), "ends", 50)).toHaveLength(1);
        expect(() => linesOf(pieces(tooLong), "ends", 50)).toThrow(RecordTooLargeError);
      }
    }
  });

  it("does not count a CR that may be part of the line end", () => {
    expect(linesOf([bytesOf("xxxxx\r"), bytesOf("\n")], "beforeLineFeed", 5)).toEqual(["xxxxx"]);
    expect(() => linesOf([bytesOf("xxxxx\r"), bytesOf("x")], "beforeLineFeed", 5)).toThrow(
      RecordTooLargeError,
    );
  });

  const piece = fc.constantFrom(
    "\r",
    "\n",
    "\r\n",
    "a",
    "ä",
    "€",
    "😀",
    "\uFEFF",
    LONG,
    "y".repeat(3000),
  );
  const anyBytes = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((pieces) => bytesOf(pieces.join(""))),
    fc.uint8Array({ maxLength: 200 }),
  );
  const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(100), fc.nat(3000)), { maxLength: 20 });

  it.each(Object.keys(SPLIT) as CarriageReturn[])(
    "gives what splitting the whole text gives, however it is cut (CR %s)",
    (carriageReturn) => {
      fc.assert(
        fc.property(anyBytes, sizes, (bytes, cuts) => {
          expect(linesOf(cut(bytes, cuts), carriageReturn)).toEqual(
            reference(bytes, carriageReturn),
          );
        }),
        { numRuns: 300, seed: 1 },
      );
    },
  );
});
