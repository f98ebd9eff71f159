import { describe, expect, it } from "vitest";

import { HookError } from "../../../src/errors.js";
import { delimited } from "../../../src/formats/delimited.js";
import { lines } from "../../../src/formats/lines.js";
import { text } from "../../../src/formats/text.js";
import {
  atEveryCut,
  bytesOf,
  errorAtEveryCut,
  joined,
  LIMITS,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";

const LONG = "x".repeat(60);

describe("lines()", () => {
  const of = (input: string | Uint8Array) => recordsAtEveryCut(lines(), input);

  it("yields each line without its LF or CRLF", () => {
    expect(of(`a\nb\r\n${LONG}\r\nd`)).toEqual(["a", "b", LONG, "d"]);
  });

  it("keeps a lone CR", () => {
    expect(of("a\rb\nc\r\r\nd\r")).toEqual(["a\rb", "c\r", "d\r"]);
  });

  it("skips empty lines and keeps those of white space", () => {
    expect(of("\n\na\n\r\n \n\n")).toEqual(["a", " "]);
  });

  it("drops one byte order mark at the start", () => {
    expect(of("\uFEFFa\n\uFEFFb\n")).toEqual(["a", "\uFEFFb"]);
    expect(of("\uFEFF\uFEFFa")).toEqual(["\uFEFFa"]);
  });

  it("keeps characters whole and turns invalid UTF-8 into U+FFFD", () => {
    expect(of(`ä€😀\n${LONG}\n中`)).toEqual(["ä€😀", LONG, "中"]);
    expect(of(Uint8Array.of(0x61, 0xe2, 0x82, 0x0a, 0xff))).toEqual(["a\uFFFD", "\uFFFD"]);
  });

  it("reports a line that is longer than the limit", () => {
    const limits = { maxRecordBytes: 50 };
    const error = errorAtEveryCut(lines(), `a\n${LONG}\nb`, ["a"], limits);
    expect(error.name).toBe("RecordTooLargeError");
  });
});

describe("text()", () => {
  const whole = (input: string | Uint8Array) => {
    const { records, error } = atEveryCut(text(), input, { compare: joined });
    expect(error).toBeUndefined();
    return records.join("");
  };

  it("yields what each read holds", () => {
    const decoder = text().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf("Hello,\n"))]).toEqual(["Hello,\n"]);
    expect([...decoder.decode(bytesOf(""))]).toEqual([]);
    expect([...decoder.decode(bytesOf(" world"))]).toEqual([" world"]);
    expect([...decoder.flush()]).toEqual([]);
  });

  it("holds a cut character back until it is whole", () => {
    const [first, second] = [bytesOf("a😀b").subarray(0, 3), bytesOf("a😀b").subarray(3)];
    const decoder = text().createDecoder(LIMITS);
    expect([...decoder.decode(first)]).toEqual(["a"]);
    expect([...decoder.decode(second)]).toEqual(["😀b"]);
  });

  it("adds up to the same text at every cut", () => {
    expect(whole(`\n ä€😀 ${LONG} 中文\r\n`)).toBe(`\n ä€😀 ${LONG} 中文\r\n`);
  });

  it("drops one byte order mark at the start", () => {
    expect(whole("\uFEFF\uFEFFa\uFEFF")).toBe("\uFEFFa\uFEFF");
  });

  it("turns invalid UTF-8 into U+FFFD, as TextDecoder does", () => {
    const bytes = Uint8Array.of(
      ...[0x80, 0x61, 0xc3, 0x28, 0xe2, 0x82, 0x62, 0xf0, 0x9f, 0x98],
      ...[0xf8, 0xe0, 0x80, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xc0, 0xaf, 0xe2],
    );
    expect(whole(bytes)).toBe(new TextDecoder().decode(bytes));
  });

  it("delivers a character that was cut off at the end as U+FFFD", () => {
    expect(whole(bytesOf("a😀").subarray(0, 3))).toBe("a\uFFFD");
  });
});

describe("delimited()", () => {
  const of = (separator: string, input: string | Uint8Array) =>
    recordsAtEveryCut(delimited(separator), input);

  it("yields what stands between separators", () => {
    expect(of("\0", `a\0b c\0${LONG}\0d`)).toEqual(["a", "b c", LONG, "d"]);
    expect(of("<|end|>", `a<|end|>b<|end${LONG}|>c<|end|>`)).toEqual(["a", `b<|end${LONG}|>c`]);
  });

  it("yields the empty string between two separators, and none at the end", () => {
    expect(of("|", "||a||b|")).toEqual(["", "", "a", "", "b"]);
    expect(of("|", "")).toEqual([]);
  });

  it("matches from left to right where separators could overlap", () => {
    expect(of("--", "a---b----c-")).toEqual(["a", "-b", "", "c-"]);
    expect(of("aab", "aaabaab")).toEqual(["a", ""]);
  });

  it("matches separators of several bytes, and of line ends", () => {
    expect(of("→", `ä→€→↑${LONG}`)).toEqual(["ä", "€", `↑${LONG}`]);
    expect(of("\n\n", "a\nb\n\nc\r\n\r\nd")).toEqual(["a\nb", "c\r\n\r\nd"]);
    expect(of("\r\n", "a\rb\nc\r\nd\r")).toEqual(["a\rb\nc", "d\r"]);
  });

  it("drops one byte order mark at the start", () => {
    expect(of("|", "\uFEFFa|\uFEFFb")).toEqual(["a", "\uFEFFb"]);
  });

  it("reports a piece that is longer than the limit", () => {
    const limits = { maxRecordBytes: 60 };
    const { records } = atEveryCut(delimited("<>"), `${LONG}<>${LONG}`, { limits });
    expect(records).toEqual([LONG, LONG]);
    for (const tooLong of [`a<>${LONG}x<>b`, `a<>${LONG}x`, `a<>${">".repeat(61)}<>`]) {
      const error = errorAtEveryCut(delimited("<>"), tooLong, ["a"], limits);
      expect(error.name).toBe("RecordTooLargeError");
    }
  });

  it("refuses a separator that cannot be used", () => {
    expect(() => delimited("")).toThrow(HookError);
    expect(() => delimited("\ud83d")).toThrow(/lone surrogate/);
    // @ts-expect-error plain JavaScript users have no types
    expect(() => delimited(/\n/)).toThrow(/got object/);
  });
});
