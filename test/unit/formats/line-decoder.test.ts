import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { RecordTooLargeError } from "../../../src/errors.js";
import { LineDecoder, type LineRules } from "../../../src/formats/line-decoder.js";
import { bytesOf, cut, oneByteEach } from "../../helpers/every-cut.js";
import { budget } from "../../helpers/properties.js";

const RULES: LineRules = {
  carriageReturn: "ends",
  maxRecordBytes: 1_000_000,
};
const CONTENT = { carriageReturn: "content" } as const;

/** Gives each line, and counts the bytes that they are said to have. */
class Lines extends LineDecoder<string> {
  byteLength = 0;

  constructor(
    rules: Partial<LineRules> = {},
    private readonly last?: string,
  ) {
    super({ ...RULES, ...rules });
  }

  readLine(text: string, start: number, end: number, byteLength: number): void {
    const line = text.slice(start, end);
    this.emit(line);
    this.byteLength += byteLength;
    this.ended = line === this.last;
  }
}

function linesOf(pieces: readonly Uint8Array[], rules: Partial<LineRules> = {}): string[] {
  const decoder = new Lines(rules);
  const lines: string[] = [];
  for (const piece of pieces) {
    const memory = Uint8Array.from(piece);
    const read = decoder.decode(memory);
    memory.fill(0x5a);
    lines.push(...read);
  }
  return [...lines, ...decoder.flush()];
}

/** The same by splitting the whole text. */
const SPLIT = { ends: /\r\n|\r|\n/, content: /\r?\n/ };

function reference(input: Uint8Array, carriageReturn: LineRules["carriageReturn"]): string[] {
  const text = new TextDecoder().decode(input);
  const lines = text.split(SPLIT[carriageReturn]);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const LONG = "x".repeat(50);

describe("LineDecoder", () => {
  it("joins a character split across two chunks", () => {
    const bytes = bytesOf("a😀b\n");
    for (let at = 0; at <= bytes.length; at++) {
      expect(linesOf(cut(bytes, [at]))).toEqual(["a😀b"]);
    }
  });

  it("takes CR at the end of a buffer and LF at the start of the next as one line end", () => {
    expect(linesOf([bytesOf("a\r"), bytesOf("\nb\n")])).toEqual(["a", "b"]);
    expect(linesOf([bytesOf(`${LONG}\r`), bytesOf(`\n${LONG}\n`)])).toEqual([LONG, LONG]);
    expect(linesOf([bytesOf("a\r"), bytesOf(""), bytesOf("\nb\n")])).toEqual(["a", "b"]);
  });

  it("gives a line that ends with CR before it knows what follows", () => {
    expect(new Lines().decode(bytesOf("a\r"))).toEqual(["a"]);
  });

  it("keeps a CR that is not part of a line end", () => {
    expect(linesOf([bytesOf("a\rb\r\r\nc\r")], CONTENT)).toEqual(["a\rb\r", "c\r"]);
  });

  it("gives the last line once", () => {
    const decoder = new Lines();
    expect(decoder.decode(bytesOf("a"))).toEqual([]);
    expect(decoder.flush()).toEqual(["a"]);
    expect(decoder.flush()).toEqual([]);
  });

  it("gives no line behind the one that ends it", () => {
    for (const filler of ["", LONG]) {
      const decoder = new Lines({}, "b");
      expect(decoder.decode(bytesOf(`a\nb\nc\n${filler}`))).toEqual(["a", "b"]);
      expect(decoder.decode(bytesOf("d\n"))).toEqual([]);
      expect(decoder.flush()).toEqual([]);
    }
  });

  it("says how many bytes a line has", () => {
    for (const text of ["ab", "ä€😀", `${LONG}x`, `${LONG}ä`]) {
      const decoder = new Lines();
      expect(decoder.decode(bytesOf(`${text}\r\n`))).toEqual([text]);
      expect(decoder.byteLength).toBe(bytesOf(text).length);
    }
  });

  it("reads stretches of ASCII and of other text alike", () => {
    const lines = Array.from({ length: 200 }, (_, i) => `${i % 7 === 0 ? "ä€😀" : ""}${LONG}${i}`);
    const bytes = bytesOf(lines.join("\n"));
    expect(linesOf([bytes])).toEqual(lines);
    expect(linesOf(cut(bytes, [5000]))).toEqual(lines);
  });

  it("reads long stretches in which few lines are not ASCII", () => {
    for (const every of [3, 30, 200]) {
      const lines = Array.from({ length: 700 }, (_, n) =>
        n % every === every - 1 ? `wide ${n} ä€😀` : `${"x".repeat((n * 37) % 300)}${n}`,
      );
      for (const end of ["\n", "\r\n"]) {
        const bytes = bytesOf(lines.join(end) + end);
        expect(linesOf([bytes])).toEqual(lines);
        expect(linesOf(cut(bytes, [40_000, 1500, 20_000]))).toEqual(lines);
      }
    }
  });

  it("reads a line that is longer than any stretch it decodes at once", () => {
    const lines = ["x".repeat(5000), LONG, "y".repeat(9000), LONG];
    expect(linesOf([bytesOf(lines.join("\r\n"))])).toEqual(lines);
    expect(linesOf([bytesOf(lines.join("\n"))], CONTENT)).toEqual(lines);
  });

  it("reports a line that is too long, complete or not", () => {
    for (const end of ["", "\n"]) {
      const fits = bytesOf(`${"x".repeat(50)}${end}`);
      const tooLong = bytesOf(`${"x".repeat(51)}${end}`);
      for (const pieces of [(b: Uint8Array) => [b], oneByteEach]) {
        expect(linesOf(pieces(fits), { maxRecordBytes: 50 })).toHaveLength(1);
        expect(() => linesOf(pieces(tooLong), { maxRecordBytes: 50 })).toThrow(RecordTooLargeError);
      }
    }
  });

  it.each([20, 4096])("measures a line of megabytes to the byte, in reads of %i bytes", (size) => {
    const maxRecordBytes = 2_200_000;
    const sizes = (length: number) => Array.from({ length: Math.ceil(length / size) }, () => size);
    for (const carriageReturn of ["ends", "content"] as const) {
      const rules = { maxRecordBytes, carriageReturn };
      for (const end of ["", "\n", "\r\n"]) {
        const fits = bytesOf("ä".repeat(maxRecordBytes / 2) + end);
        const [line] = linesOf(cut(fits, sizes(fits.length)), rules);
        expect(line === "ä".repeat(maxRecordBytes / 2)).toBe(true);
      }
    }
    const decoder = new Lines({ maxRecordBytes });
    for (const piece of cut(new Uint8Array(maxRecordBytes).fill(0x61), sizes(maxRecordBytes))) {
      decoder.decode(piece);
    }
    expect(() => {
      decoder.decode(bytesOf("a"));
    }).toThrow(RecordTooLargeError);
  });

  it("does not count a CR that may be part of the line end", () => {
    const rules = { ...CONTENT, maxRecordBytes: 5 };
    expect(linesOf([bytesOf("xxxxx\r"), bytesOf("\n")], rules)).toEqual(["xxxxx"]);
    expect(() => linesOf([bytesOf("xxxxx\r"), bytesOf("x")], rules)).toThrow(RecordTooLargeError);
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

  it.each(["ends", "content"] as const)(
    "gives what splitting the whole text gives, however it is cut (CR %s)",
    (carriageReturn) => {
      fc.assert(
        fc.property(anyBytes, sizes, (bytes, cuts) => {
          const lines = linesOf(cut(bytes, cuts), { carriageReturn });
          expect(lines).toEqual(reference(bytes, carriageReturn));
        }),
        budget(5),
      );
    },
  );
});
