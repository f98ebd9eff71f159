import { describe, expect, it } from "vitest";

import { jsonLines } from "../../../src/formats/json-lines.js";
import {
  atEveryCut,
  bytesOf,
  decodePieces,
  errorAtEveryCut,
  LIMITS,
  recordsAtEveryCut,
} from "../../helpers/every-cut.js";

const records = (input: string | Uint8Array) => recordsAtEveryCut(jsonLines(), input);
const failure = (input: string | Uint8Array, before: readonly unknown[] = []) =>
  errorAtEveryCut(jsonLines(), input, before);

const PADDING = " ".repeat(60);

describe("jsonLines()", () => {
  it("yields one value for each line, ended by LF or CRLF", () => {
    expect(records('{"a":1}\n{"a":2}\r\n{"a":3}\n')).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  it("delivers a last line without its line end", () => {
    expect(records('{"a":1}\n{"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("skips blank lines, with CRLF too, and lines of white space", () => {
    expect(records(`\n\r\n1\n\n \t \n${PADDING}\r\n\r\n2\n \t`)).toEqual([1, 2]);
    expect(records("")).toEqual([]);
    expect(records("\n\n")).toEqual([]);
  });

  it("yields scalars and null", () => {
    expect(records('1\n-2.5e3\n"a"\ntrue\nfalse\nnull\n[]')).toEqual([
      1,
      -2500,
      "a",
      true,
      false,
      null,
      [],
    ]);
  });

  it("takes a lone CR as white space", () => {
    expect(records('{"a":\r1}\r\r\n2\r')).toEqual([{ a: 1 }, 2]);
    expect(failure("1\r2\n").record).toBe("1\r2");
  });

  it("drops one byte order mark at the start", () => {
    expect(records("\uFEFF1\n2\n")).toEqual([1, 2]);
    expect(failure("\uFEFF\uFEFF1\n").record).toBe("\uFEFF1");
    expect(failure("1\n\uFEFF2\n", [1]).record).toBe("\uFEFF2");
  });

  it("keeps U+2028 and U+2029 inside of strings", () => {
    expect(records('"a\u2028b\u2029c"\n1\n')).toEqual(["a\u2028b\u2029c", 1]);
  });

  it("joins characters that are cut anywhere", () => {
    expect(records(`{"a":"ä€😀"}\n${PADDING}\n{"a":"中文"}\n`)).toEqual([
      { a: "ä€😀" },
      { a: "中文" },
    ]);
  });

  it("turns invalid UTF-8 into U+FFFD", () => {
    expect(records(Uint8Array.of(0x22, 0xff, 0x61, 0xc3, 0x22, 0x0a))).toEqual(["\uFFFDa\uFFFD"]);
  });

  it("gives the records before a malformed line, then reports it", () => {
    expect(failure(`${PADDING}\n1\n{"a":}\n3\n`, [1])).toMatchObject({
      name: "ChunkParseError",
      facts: { code: "CHUNK_PARSE", index: 1 },
      record: '{"a":}',
    });
  });

  it("reports a last line that was cut off", () => {
    const error = failure('1\n{"a":', [1]);
    expect(error.record).toBe('{"a":');
    expect(error.message).toContain("The stream ended inside this record");
  });

  it("reports white space that JSON does not know", () => {
    expect(failure("\u00A0\n").record).toBe("\u00A0");
  });

  it("shows only the beginning of a malformed line in the message", () => {
    const line = "x".repeat(500);
    const error = failure(`${line}\n`);
    expect(error.record).toBe(line);
    expect(error.message.match(/"x+…/)?.[0]).toHaveLength(80);
  });

  it.each([
    ['data: {"a":1}', "use sse()"],
    [": ping", "use sse()"],
    ["event: message", "use sse()"],
    ['\x1e{"a":1}', "use jsonSequence()"],
    ["[", "use jsonArray()"],
    ['{"a":1}\0{"a":2}\0', 'use delimited("\\0")'],
    ["{", "one whole JSON value"],
    ["<!DOCTYPE html>", "HTML"],
    ["Hello", "use lines()"],
  ])("says of the line %j: %s", (line, hint) => {
    expect(failure(`${line}\n`).message).toContain(hint);
  });

  it("keeps a __proto__ key as an own property", () => {
    const [record] = records('{"__proto__":{"a":1}}\n');
    expect(Object.keys(record as object)).toEqual(["__proto__"]);
  });

  it("reports a line that is longer than the limit, unfinished or complete", () => {
    const limits = { maxRecordBytes: 60 };
    const line = `"${"x".repeat(58)}"`;
    expect(atEveryCut(jsonLines(), `1\n${line}\r\n${line}`, { limits }).records).toHaveLength(3);
    for (const tooLong of [`1\n${line} \n2`, `1\n${line} `, `1\n${line}${line}`]) {
      const error = errorAtEveryCut(jsonLines(), tooLong, [1], limits);
      expect(error).toMatchObject({ name: "RecordTooLargeError", facts: { limitBytes: 60 } });
    }
  });

  it("reads a record of 4 MiB that comes in reads of 1 KiB", () => {
    const text = "x".repeat(4 * 1024 * 1024);
    const bytes = bytesOf(`"${text}"\n1\n`);
    const decoder = jsonLines().createDecoder({ maxRecordBytes: bytes.length });
    const found: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 1024) {
      found.push(...decoder.decode(bytes.subarray(at, at + 1024)));
    }
    expect(found).toEqual([text, 1]);
  });

  it("gives each record with the bytes that complete it", () => {
    const decoder = jsonLines().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf("1"))]).toEqual([]);
    expect([...decoder.decode(bytesOf("\n2\n3"))]).toEqual([1, 2]);
    expect([...decoder.flush()]).toEqual([3]);
    expect([...decoder.flush()]).toEqual([]);
  });
});

describe("jsonLines(), of records that it knows", () => {
  const known = (n: number): string => `{"id":"the same for a while","delta":{"text":"t${n}"}}`;

  it.each([
    `${known(1)}\n${known(2)}\r\n\n${known(3)}`,
    `${known(1)} \n${known(2)}\r${known(3)}\n`,
    `${known(1)}\n${known(2)}junk\n`,
    `${known(1)}${known(2)}\n`,
    `${known(1)}\n \r\n"other"\n${known(2).replace("t2", "é🐇")}\n`,
    `${known(1)}\n${known(2).slice(0, -1)}`,
  ])("gives what it gives when it does not predict: %j", (body) => {
    const format = jsonLines();
    decodePieces(format, [bytesOf(Array.from({ length: 8 }, (_, n) => known(n) + "\n").join(""))]);
    const bytes = bytesOf(body);
    const expected = decodePieces(jsonLines({ predict: false }), [bytes]);
    for (let at = 0; at <= bytes.length; at++) {
      expect(decodePieces(format, [bytes.slice(0, at), bytes.slice(at)])).toEqual(expected);
    }
  });

  it("refuses one that is too large", () => {
    const format = jsonLines();
    for (let n = 0; n < 8; n++) decodePieces(format, [bytesOf(`${known(n)}\n`)]);
    const limits = { maxRecordBytes: known(1).length - 1 };
    expect(decodePieces(format, [bytesOf(`${known(1)}\n`)], limits).error?.name).toBe(
      "RecordTooLargeError",
    );
  });
});
