import { describe, expect, it } from "vitest";
import { UnexpectedContentTypeError } from "../../../../src/errors.js";
import { charsetOf } from "../../../../src/streaming/response/charset.js";
import { cut, oneByteEach } from "../../../helpers/every-cut.js";

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const utf8 = (text: string) => Uint8Array.from(Buffer.from(text));
const bigEndian = (text: string) => Uint8Array.from(Buffer.from(text, "utf16le").swap16());

/** Reads pieces as a network would deliver them: in memory that is used again. */
function convert(label: string, pieces: readonly Uint8Array[]): string {
  const charset = charsetOf(`text/plain; charset=${label}`)!;
  const converted = pieces.flatMap((piece) => {
    const memory = Uint8Array.from(piece);
    const bytes = charset.convert([memory]).map((part) => Uint8Array.from(part));
    memory.fill(0x5a);
    return bytes;
  });
  return Buffer.concat([...converted, ...(charset.end() ?? [])]).toString();
}

describe("Charset", () => {
  it.each([
    ["iso-8859-1", "nothing but ASCII", utf8("Hello"), "Hello"],
    ["iso-8859-1", "what it declares", latin1("Hello w\xf6rld, \xe9t\xe9"), "Hello wörld, été"],
    ["windows-1252", "what it declares", latin1("\x93Oui\x94"), "“Oui”"],
    [
      "iso-8859-1",
      "a last character that might be the beginning of one",
      latin1("caf\xe9"),
      "café",
    ],
    ["iso-8859-1", "an overlong form", latin1("\xe0\x80\xaf"), "à€¯"],
    ["iso-8859-1", "a longer overlong form", latin1("\xf0\x80\x80\x80"), "ð€€€"],
    ["iso-8859-1", "half of a surrogate pair", latin1("\xed\xa0\x80"), "í\u00a0€"],
    ["iso-8859-1", "a number beyond Unicode", latin1("\xf4\x90\x80\x80"), "ô\u0090€€"],
    ["iso-8859-1", "UTF-8 all the same", utf8("«Größe» 你好 👩‍🚀"), "«Größe» 你好 👩‍🚀"],
    ["iso-8859-1", "one character of UTF-8, and then not", latin1("\xc3\xa9 \xe9!"), "é é!"],
    ["gbk", "characters that would be UTF-8", latin1("\xc4\xa3\xd0\xcd"), "模型"],
    ["gbk", "UTF-8 all the same", utf8("模型 é"), "模型 é"],
    ["gb18030", "characters of four bytes", latin1("\x94\x39\xda\x33"), "💩"],
    ["Shift_JIS", "what it declares", latin1("\x93\xfa\x96\x7b\x83\x5c"), "日本ソ"],
    ["iso-2022-jp", "characters in ASCII", latin1("a\x1b$BF|K\\\x1b(Bb"), "a日本b"],
    ["utf-16le", "what it declares", Uint8Array.from(Buffer.from("a日👩", "utf16le")), "a日👩"],
    ["utf-16be", "what it declares", bigEndian("a日👩"), "a日👩"],
    ["utf-16", "a byte order mark", bigEndian("\ufeffa日"), "a日"],
    ["utf-16be", "the other byte order mark", latin1("\xff\xfea\0"), "a"],
    ["utf-16", "half a character", latin1("a\0b"), "a\ufffd"],
  ])("reads %s with %s, however it is cut", (label, _, bytes, text) => {
    expect(convert(label, [bytes])).toBe(text);
    for (let at = 0; at <= bytes.length; at++) {
      expect(convert(label, cut(bytes, [at])), `cut at byte ${at}`).toBe(text);
    }
    expect(convert(label, oneByteEach(bytes)), "one byte at a time").toBe(text);
  });

  it("reads UTF-16 as it comes", () => {
    const charset = charsetOf("text/plain; charset=utf-16le")!;
    const [text] = charset.convert([Uint8Array.from(Buffer.from("ab", "utf16le"))]);
    expect(Buffer.from(text!).toString()).toBe("ab");
  });

  it("leaves a fault in what has turned out to be UTF-8 to the format", () => {
    const bytes = Buffer.concat([utf8("你好"), latin1("\xff"), utf8("你").subarray(0, 2)]);
    const charset = charsetOf("text/plain; charset=iso-8859-1")!;
    expect(Buffer.concat(charset.convert([bytes]))).toEqual(bytes);
    const cutOff = charsetOf("text/plain; charset=iso-8859-1")!;
    const parts = [...cutOff.convert([utf8("é你").subarray(0, 4)]), ...cutOff.end()!];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(utf8("é你").subarray(0, 4)));
  });

  it("gives nothing for nothing", () => {
    const charset = charsetOf("text/plain; charset=gbk")!;
    expect(charset.convert([latin1("\xc4")])).toEqual([]);
    expect(charset.end()).toHaveLength(1);
    expect(charset.end()).toBeUndefined();
  });
});

describe("charsetOf", () => {
  it.each([
    undefined,
    "text/plain",
    "text/plain; charset=",
    'text/plain; charset="UTF-8"',
    "application/json;charset=utf8",
    "text/plain; charset=utf_8",
    "text/plain; charset=us-ascii",
    "text/plain; charset=unicode-1-1-utf-8",
    "text/plain; format=flowed, text/html; charset=gbk",
    "application/vnd.amazon.eventstream; charset=iso-8859-1",
    "application/octet-stream; charset=klingon",
  ])("has nothing to do for %j", (contentType) => {
    expect(charsetOf(contentType)).toBeUndefined();
  });

  it.each([
    "text/plain; charset=latin1",
    "TEXT/EVENT-STREAM;x=y;CharSet = 'GBK'",
    "application/x-ndjson; charset=windows-1252",
    "application/problem+json; charset=big5",
    ", application/xhtml+xml; charset=euc-kr, text/html",
  ])("knows the charset of %j", (contentType) => {
    expect(charsetOf(contentType)).toBeDefined();
  });

  it("refuses what nobody can decode, by its name", () => {
    for (const label of ["klingon", "utf-7", "utf-32", "iso-2022-kr"]) {
      const contentType = `text/plain; charset=${label}`;
      expect(() => charsetOf(contentType)).toThrow(UnexpectedContentTypeError);
      expect(() => charsetOf(contentType)).toThrow(`the charset ${label}, which is unknown`);
    }
  });

  it("looks at the blanks of a content-type once", () => {
    const blanks = ` ${"\t ".repeat(500_000)}`;
    expect(charsetOf(`,${blanks}text/plain${blanks}`)).toBeUndefined();
    expect(
      charsetOf(`,${blanks}text/plain;${blanks}charset${blanks}=${blanks}latin1`),
    ).toBeDefined();
  });
});
