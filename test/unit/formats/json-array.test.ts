import { describe, expect, it } from "vitest";

import { jsonArray } from "../../../src/formats/json-array.js";
import {
  atEveryCut,
  bytesOf,
  decodePieces,
  errorAtEveryCut,
  LIMITS,
  oneByteEach,
} from "../../helpers/every-cut.js";

const ELEMENTS = [
  { text: 'a "quoted" \\ [bracket] {brace}, 😀', nested: { list: [1, [2, {}], "]"] } },
  [],
  [[["deep"]]],
  "",
  "\\",
  '"',
  "x".repeat(60),
  -1.5e10,
  0,
  true,
  false,
  null,
];

const of = (input: string | Uint8Array) => {
  const { records, error, ended } = atEveryCut(jsonArray(), input);
  expect(error).toBeUndefined();
  expect(ended).toBe(true);
  return records;
};
const failure = (input: string, before: readonly unknown[] = []) =>
  errorAtEveryCut(jsonArray(), input, before);

describe("jsonArray()", () => {
  it("yields each element of a compact array", () => {
    expect(of(JSON.stringify(ELEMENTS))).toEqual(ELEMENTS);
  });

  it("yields each element of a pretty-printed array", () => {
    expect(of(`\n ${JSON.stringify(ELEMENTS, null, "\t")}\r\n\n`)).toEqual(ELEMENTS);
  });

  it("yields nothing for an empty array", () => {
    expect(of("[]")).toEqual([]);
    expect(of(" [ \n ] ")).toEqual([]);
  });

  it("drops a byte order mark", () => {
    expect(of("\uFEFF[1]")).toEqual([1]);
  });

  it("gives an element as soon as it is complete", () => {
    const decoder = jsonArray().createDecoder(LIMITS);
    expect([...decoder.decode(bytesOf('[{"a":1}'))]).toEqual([{ a: 1 }]);
    expect([...decoder.decode(bytesOf(",2"))]).toEqual([]);
    expect([...decoder.decode(bytesOf("3,"))]).toEqual([23]);
    expect(decoder.ended).toBe(false);
    expect([...decoder.decode(bytesOf("4]"))]).toEqual([4]);
    expect(decoder.ended).toBe(true);
  });

  it.each([
    ["[", []],
    ["[1,", [1]],
    ["[1, 2", [1]],
    ['[1, {"a":', [1]],
    ['[1, "a', [1]],
    ["[1", []],
    ["", []],
    [" \n", []],
  ])("reports that %j was cut off", (input, before) => {
    expect(failure(input, before).name).toBe("TruncatedStreamError");
  });

  it("reports what follows the closing bracket", () => {
    expect(failure("[1] x", [1])).toMatchObject({ name: "ChunkParseError", record: "x" });
    expect(failure("[1]]", [1]).record).toBe("]");
    expect(failure('[1]\n{"a": 1}', [1]).record).toBe('{"a": 1}');
  });

  it("shows an object that stands where the array should, and says so", () => {
    const error = failure('{"error": {"message": "quota"}}\n');
    expect(error).toMatchObject({ name: "ChunkParseError", facts: { index: 0 } });
    expect(error.record).toBe('{"error": {"message": "quota"}}');
    expect(error.message).toContain("The body is a JSON object");
    expect(failure('{"error": ').record).toBe('{"error": ');
  });

  it("reports other bodies with a hint", () => {
    expect(failure("<html> <body>").message).toContain("HTML");
    expect(failure('data: {"a":1}\n\n').message).toContain("use sse()");
    expect(failure("null").record).toBe("null");
  });

  it.each([
    ["[1,]", [1], "]"],
    ["[1,,2]", [1], ",2"],
    ["[,1]", [], ",1"],
    ["[1 2]", [1], "2"],
    ["[1}", [1], "}"],
    ["[{]", [], "{]"],
    ["[tru]", [], "tru"],
    ["[1, {a:1}]", [1], "{a:1}"],
    ['["a" "b"]', ["a"], '"b"'],
  ])("reports %j", (input, before, record) => {
    expect(failure(input, before)).toMatchObject({ name: "ChunkParseError", record });
  });

  it("reads objects and arrays that are nested 512 deep, and no deeper", () => {
    const deep = (levels: number) => `[1,${"[".repeat(levels)}${"]".repeat(levels)}]`;
    for (const pieces of [(bytes: Uint8Array) => [bytes], oneByteEach]) {
      const decode = (input: string) => decodePieces(jsonArray(), pieces(bytesOf(input)));
      expect(decode(deep(512)).records).toHaveLength(2);
      const { records, error } = decode(deep(513));
      expect(records).toEqual([1]);
      expect(error?.message).toContain("at most 512 levels");
      expect(error?.record).toBe("[".repeat(513));
      expect(decode(`[${'{"a":'.repeat(100_000)}`).error?.name).toBe("ChunkParseError");
    }
  });

  it("does not count brackets inside of strings", () => {
    expect(of(`["${"[{".repeat(300)}"]`)).toEqual(["[{".repeat(300)]);
  });

  it("reports an element that is longer than the limit, whatever else is wrong with it", () => {
    const limits = { maxRecordBytes: 20 };
    const tooLarge = (input: string, before: readonly unknown[]) =>
      expect(errorAtEveryCut(jsonArray(), input, before, limits).name).toBe("RecordTooLargeError");
    const fits = `"${"x".repeat(18)}"`;
    expect(atEveryCut(jsonArray(), `[${fits}, ${"1".repeat(20)},${fits}]`, { limits }).ended).toBe(
      true,
    );
    tooLarge(`[1,"${"x".repeat(19)}"]`, [1]);
    tooLarge(`[1,"${"x".repeat(40)}`, [1]);
    tooLarge(`[1,${"2".repeat(21)}]`, [1]);
    tooLarge(`[${"[".repeat(600)}`, []);
  });

  it("does not count the white space between elements", () => {
    const limits = { maxRecordBytes: 5 };
    const input = `[${" ".repeat(50)}1${"\n".repeat(50)},2]${" ".repeat(50)}`;
    expect(atEveryCut(jsonArray(), input, { limits }).records).toEqual([1, 2]);
  });

  it("reads an element of 4 MiB that comes in reads of 1 KiB", () => {
    const text = '\\"'.repeat(1024 * 1024);
    const bytes = bytesOf(JSON.stringify([text, 1]));
    const decoder = jsonArray().createDecoder({ maxRecordBytes: bytes.length });
    const found: unknown[] = [];
    for (let at = 0; at < bytes.length; at += 1024) {
      found.push(...decoder.decode(bytes.subarray(at, at + 1024)));
    }
    expect(found).toEqual([text, 1]);
  });
});
