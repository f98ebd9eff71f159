import fc from "fast-check";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import {
  copyOf,
  PredictingParser,
} from "../../../../../src/formats/json/fast/predicting-parser.js";
import { Source } from "../../../../../src/formats/json/fast/source.js";
import { bytesOf } from "../../../../helpers/every-cut.js";
import { expectStrictlyEqual } from "../../../../helpers/expect-equal.js";
import { budget, CHARACTERS } from "../../../../helpers/properties.js";

/** What a parser gives for a text: the value, or that it threw. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/**
 * Parses the records of one stream in all ways and compares value, key order, prototypes and -0: each record as a
 * text, as a range of the bytes that they make together, and as a line of which no one says where it ends.
 */
function expectSame(texts: readonly string[]): void {
  // Half a surrogate pair has no bytes.
  const records = texts.map((text) => Buffer.from(text).toString());
  const parser = new PredictingParser();
  const rangeParser = new PredictingParser();
  const lineParser = new PredictingParser();
  const run = new Source(bytesOf(`${records.join("\n")}\n`));
  let start = 0;
  for (const record of records) {
    const end = start + bytesOf(record).length;
    const expected = outcome(JSON.parse, record);
    const actual = outcome((text) => parser.parse(text), record);
    expectStrictlyEqual(actual, expected);
    expectStrictlyEqual(JSON.stringify(actual), JSON.stringify(expected));
    expectStrictlyEqual(
      outcome(() => rangeParser.parseBytes(run.bytes, start, end), ""),
      expected,
    );
    const value = lineParser.read(run, start);
    const lineEnd = run.bytes.indexOf(0x0a, start);
    if (value === undefined) outcome((text) => lineParser.parseNew(text), record);
    else expectStrictlyEqual(lineParser.end <= lineEnd, true);
    if (value !== undefined && lineParser.end === lineEnd) {
      const line = Buffer.from(run.bytes.subarray(start, lineEnd)).toString();
      expectStrictlyEqual(value, JSON.parse(line));
    }
    start = end + 1;
  }
}

/** How often `JSON.parse` is called meanwhile, but for single strings. */
function parseCalls(run: () => void): number {
  const parse = vi.spyOn(JSON, "parse");
  try {
    run();
    return parse.mock.calls.filter(([text]) => !text.startsWith('"')).length;
  } finally {
    parse.mockRestore();
  }
}

const awkwardStrings = fc.oneof(
  fc.string({ unit: CHARACTERS }),
  fc.constantFrom(
    '"',
    "\\",
    '\\"',
    "\\\\",
    "\n",
    "\u0000",
    "\u2028",
    "\ud800",
    "猫👩‍🚀",
    "a".repeat(40),
  ),
);
const awkwardNumbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(-0, 1e21, 1e-7, 0.1),
);

/** Records of one shape: the same keys, other strings and numbers. */
const alike = fc.record({
  key: fc.string(),
  fixed: fc.string({ minLength: 30 }),
  space: fc.constantFrom(undefined, 1, "\t"),
  tokens: fc.array(fc.tuple(awkwardStrings, awkwardNumbers), { minLength: 3, maxLength: 30 }),
});

describe("PredictingParser", () => {
  it("gives what JSON.parse gives for records of one shape", () => {
    fc.assert(
      fc.property(alike, ({ key, fixed, space, tokens }) => {
        expectSame(
          tokens.map(([token, count]) =>
            JSON.stringify(
              {
                fixed,
                [key]: [{ delta: { content: token }, none: null }],
                usage: { count },
                done: false,
              },
              undefined,
              space,
            ),
          ),
        );
      }),
      budget(3),
    );
  });

  it("gives what JSON.parse gives for any texts, whole and damaged", () => {
    const text = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([json, at, junk]) =>
        junk === ""
          ? json
          : json.slice(0, at % (json.length + 1)) + junk + json.slice(at % (json.length + 1)),
      );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        // Each twice and interleaved, so that patterns exist to be fooled.
        expectSame([...texts, ...texts, ...texts.flatMap((one) => [one, one])]);
      }),
      budget(3),
    );
  });

  it("gives what JSON.parse gives when a record is damaged at any place", () => {
    const record = (token: string, count: number): string =>
      JSON.stringify({ id: "x".repeat(30), choices: [{ delta: { content: token }, n: count }] });
    const good = [record("a", 1), record("bc", 2), record("d", 3.5)];
    const sample = record("token", 12);
    const junk = ['"', "\\", "0", "-", "e", ",", "}", "]", " ", "\n", "\u0001", ""];
    for (let at = 0; at <= sample.length; at++) {
      for (const piece of junk) {
        expectSame([...good, sample.slice(0, at) + piece + sample.slice(at), record("z", 4)]);
        expectSame([...good, sample.slice(0, at) + piece + sample.slice(at + 1), record("z", 4)]);
      }
    }
  });

  it("keeps keys that a copy could not reproduce", () => {
    const padding = " ".repeat(40);
    expectSame(["1", "2", "3"].map((n) => `{${padding}"__proto__": {"a": ${n}}, "b": ${n}}`));
    expectSame(["1", "2", "3"].map((n) => `{${padding}"a": ${n}, "a": ${n}5}`));
    expectSame(
      ["1", "2", "3"].map((n) => `{${padding}"b": ${n}, "1": ${n}, "\\u0061": "${n}", "0": 1}`),
    );
    expectSame(["1", "2", "3"].map((n) => `{${padding}"constructor": ${n}, "toString": "${n}"}`));
  });

  it("gives a fresh object each time, down to the innermost", () => {
    const parser = new PredictingParser();
    const record = '{"fixed": "the same in every record", "list": [{"deep": {"n": 1}}, [], {}]}';
    const [a, b, c] = [parser.parse(record), parser.parse(record), parser.parse(record)] as Shape[];
    interface Shape {
      list: [{ deep: { n: number } }, unknown[], object];
    }
    a!.list[0].deep.n = 2;
    a!.list[1].push("mine");
    b!.list[0].deep = { n: 3 };
    expect(c).toEqual(JSON.parse(record));
    expect(parser.parse(record)).toEqual(JSON.parse(record));
  });

  it("goes on when the shape of the records changes for good", () => {
    const first = Array.from(
      { length: 20 },
      (_, n) => `{"fixed": "one shape of records, first", "n": ${n}}`,
    );
    const mixed = Array.from({ length: 600 }, (_, n) =>
      JSON.stringify({ [`k${n % 7}`]: "x".repeat(n % 50), n }),
    );
    const last = Array.from(
      { length: 20 },
      (_, n) => `{"fixed": "another shape of records", "m": "${n}"}`,
    );
    expectSame([...first, ...mixed, ...last]);
  });

  it("reads any number that stands in a hole, and nothing else", () => {
    const numbers =
      "0 7 10 -1 -0 0.5 1e5 1E+5 1e-7 1e999 -1e999 123456789012345 999999999999999 1234567890123456 9007199254740993 12345678901234567890 00 01 -01 - + 1. .5 1e 1e+ 1.e5 --1 +1 1-1 1e5e5".split(
        " ",
      );
    const record = (number: string): string =>
      `{"fixed": "the same in every record", "n": ${number}, "list": [${number}]}`;
    expectSame([record("1"), record("2"), ...numbers.map(record)]);
    expectSame([record("1.5"), record("2"), ...numbers.flatMap((n) => [record(n), record("3")])]);
  });

  it("is not misled by strings that look like its own marks", () => {
    const record = (content: string): string =>
      `{"fixed": "the same in every record", "marks": ["\\u00000", "\\u00001"], "content": "${content}"}`;
    expectSame(["a", "b", "\\u00000", "\\u00001", "\\u0000", "c"].map(record));
    expectSame(
      ["a", "b", "c", "d"].map(
        (n) => `{"content": "${n}", "content": "\\u00000", "fixed": "the same in every record"}`,
      ),
    );
    expectSame(
      ["a", "b", "c", "d"].map(
        (n) => `{"content": "${n}", "content": "same", "more": "\\u00000", "n": "${n}"}`,
      ),
    );
  });

  it("keeps own keys called __proto__ and keys given twice wherever the hole is", () => {
    const padding = " ".repeat(40);
    for (const key of ["a", "__proto__", "\\u005f_proto__"]) {
      expectSame(
        ["1", "2", "3", "4"].flatMap((n) => [
          `{${padding}"${key}": ${n}, "b": {"${key}": {"c": "${n}"}}}`,
          `{${padding}"${key}": {"x": 1}, "b": 1, "${key}": {"x": ${n}}}`,
          `{${padding}"${key}": {"x": ${n}}, "b": ${n}, "${key}": {"x": 1}}`,
        ]),
      );
    }
  });

  it("reads records of any depth", () => {
    const nested = (depth: number, n: number): string =>
      `${'{"a":['.repeat(depth)}"token ${n}"${"]}".repeat(depth)}`;
    for (const depth of [31, 32, 33, 40]) {
      expectSame([1, 2, 3, 4].map((n) => nested(depth, n)));
    }
    const parser = new PredictingParser();
    for (let n = 0; n < 5; n++) parser.parse(`${"[".repeat(8000)}${n}${"]".repeat(8000)}`);
  });

  it("reads streams of several shapes that come interleaved", () => {
    const shapes = fc.array(fc.tuple(fc.nat({ max: 6 }), awkwardStrings, awkwardNumbers), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(shapes, (records) => {
        expectSame(
          records.map(([shape, token, count]) =>
            JSON.stringify({
              id: `stream number ${shape} of many`,
              ...(shape % 2 === 0 ? { delta: { content: token } } : { usage: [count, { count }] }),
              [`k${shape % 3}`]: null,
            }),
          ),
        );
      }),
      budget(1),
    );
  });

  it("recognises a long string that stands there again, and no other", () => {
    // Each begins like another, ends where another goes on, or reads otherwise than it is written.
    const ids = [
      "chatcmpl-0123456789",
      "chatcmpl-01234567890",
      "chatcmpl-012345678",
      "chatcmpl-0123456788",
      'chatcmpl-0123456789"',
      "chatcmpl-0123456789\\",
      "chatcmpl-0123456789\u2028",
      "",
    ];
    const sequence = fc.array(
      fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 12 }), fc.string()),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(sequence, (runs) => {
        const records = runs.flatMap(([id, times, token]) =>
          Array.from({ length: times }, (_, at) => JSON.stringify({ id, token: `${token}${at}` })),
        );
        expectSame(records);
      }),
      budget(3),
    );
  });

  it("reads lists of numbers of any length, and what is in their place", () => {
    const lists = [
      "[1,2,3]",
      "[4]",
      "[ -1.5 , 2e3,-0 ]",
      "[]",
      "[7,8",
      '[1,"]"]',
      "[[1]]",
      "[1,null]",
    ];
    lists.push(
      "[01]",
      "[1 2]",
      '["]"]',
      "[1,{}]",
      "[1]]",
      "12",
      `[${Array.from({ length: 200 }, (_, n) => n / 7).join()}]`,
    );
    const record = (list: string): string =>
      `{"token":"one of many","bytes":${list},"n":[${list}]}`;
    expectSame([...lists, ...lists.flatMap((list) => ["[5,6]", list])].map(record));
    const parser = new PredictingParser();
    for (const list of ["[1]", "[2,3]", "[4,5]"]) parser.parse(record(list));
    const value = parser.parse(record("[6,7,8]")) as { bytes: number[] };
    value.bytes.push(9);
    expect(parser.parse(record("[6,7,8]"))).toEqual(JSON.parse(record("[6,7,8]")));
  });

  it("clones objects of more shapes than there are places to clone them at", () => {
    for (let shape = 0; shape < 80; shape++) {
      expectSame(
        [1, 2, 3, 4].map((n) =>
          JSON.stringify({ [`key ${shape}`]: n, fixed: "the same in every record" }),
        ),
      );
    }
  });

  it("predicts from the third record of a shape on, though others come between", () => {
    const parser = new PredictingParser();
    const token = (content: string): string =>
      `{"id": "a record of a stream", "delta": {"content": "${content}"}, "usage": null}`;
    const role = '{"id": "a record of a stream", "delta": {"role": "assistant"}, "usage": null}';
    const last = '{"id": "a record of a stream", "delta": {}, "usage": {"tokens": 12}}';
    const answer = [role, token("a"), token("b"), token("c"), last];
    const parseAll = (): void => {
      for (const record of answer) parser.parse(record);
    };
    expect(parseCalls(parseAll)).toBe(answer.length); // one of them for the pattern that was made
    expect(parseCalls(parseAll)).toBe(4); // the first and the last record, and their patterns
    expect(parseCalls(parseAll)).toBe(0);
  });

  it("predicts whatever white space stands between two tokens", () => {
    const parser = new PredictingParser();
    const record = (n: number): string =>
      `{"type":"content_block_delta","index":0,"delta":{"text":"t${n}"}${" ".repeat((n * 7) % 15)}}`;
    for (let n = 0; n < 4; n++) parser.parse(record(n));
    const later = Array.from({ length: 40 }, (_, n) => record(n + 4));
    expect(parseCalls(() => later.forEach((text) => parser.parse(text)))).toBe(0);
    expect(later.map((text) => parser.parse(text))).toEqual(
      later.map((text): unknown => JSON.parse(text)),
    );
  });

  it("gives what JSON.parse gives for white space anywhere", () => {
    const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
    const spaced = fc.tuple(fc.array(space, { minLength: 40, maxLength: 40 }), fc.string());
    fc.assert(
      fc.property(fc.array(spaced, { minLength: 3, maxLength: 12 }), (records) => {
        expectSame(
          records.map(([spaces, token]) => {
            const tokens = ["{", '"a key"', ":", "[", "1", ",", JSON.stringify(token), "]", ","];
            tokens.push(
              '" padded "',
              ":",
              "{",
              "}",
              ",",
              '"n"',
              ":",
              "-0.5",
              ",",
              '"z"',
              ":",
              "null",
              "}",
            );
            return (
              tokens.map((one, at) => (spaces[at] as string) + one).join("") +
              (spaces[30] as string)
            );
          }),
        );
      }),
      budget(2),
    );
  });

  it("reads short escapes by hand, and others as JSON.parse does", () => {
    const parser = new PredictingParser();
    const record = (args: string): string =>
      `{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"${args}"}}]}}`;
    const short = ['{\\"', "a", '\\":\\"', "\\n\\n", "\\\\", "\\t\\/", '\\"}', "\\b\\f\\r"];
    for (const args of short) parser.parse(record(args));
    expect(parseCalls(() => short.forEach((args) => parser.parse(record(args))))).toBe(0);
    const others = [
      "\\u00e9",
      "\\ud83d\\ude00",
      "\\ud800",
      "\\u12",
      "\\x",
      "\\",
      "é\\n",
      "\t",
      "\u0000",
    ];
    expectSame([...short, ...others.flatMap((args) => [args, "z"])].map(record));
  });

  it("reads decimal fractions exactly", () => {
    const decimals = fc.tuple(
      fc.boolean(),
      fc.nat({ max: 99999999 }),
      fc.integer({ min: 0, max: 12 }),
    );
    fc.assert(
      fc.property(fc.array(decimals, { minLength: 4, maxLength: 30 }), (numbers) => {
        expectSame(
          numbers.map(([isNegative, digits, fraction]) => {
            const text = (digits / 10 ** fraction).toFixed(fraction);
            return `{"token":"one of many","logprob":${isNegative ? "-" : ""}${text}}`;
          }),
        );
      }),
      budget(2),
    );
  });

  /** The answers of a model with many shapes, most of them once: whose ids, counts and texts differ. */
  function answer(seed: number, tokens = 12): string[] {
    const id = `resp_${String(seed * 7919).repeat(6)}`;
    const one = (type: string, rest: object): string => JSON.stringify({ type, ...rest });
    const run = Array.from({ length: tokens }, (_, n) =>
      one("response.text.delta", {
        sequence: n + 9,
        item: id,
        delta: `${seed}${n}`,
        pad: "x".repeat(n),
      }),
    );
    return [
      one("response.created", { response: { id, at: 1755280564 + seed, tools: [], model: "m" } }),
      one("response.progress", { response: { id, tools: [{ name: "a" }], model: "m" }, n: seed }),
      one("response.item.added", { item: { id, content: [], role: "assistant" } }),
      one("response.part.added", { item: id, part: { text: "", annotations: [] } }),
      ...run,
      one("response.text.done", { item: id, text: run.join() }),
      one("response.part.done", { item: id, part: { text: run.join(), annotations: [] } }),
      one("response.item.done", { item: { id, content: [run.join()], role: "assistant" } }),
      one("response.completed", {
        response: { id, output: [{ id }], usage: { in: seed, out: 2 } },
      }),
    ];
  }

  it("predicts every shape of an answer that has many, most of them once", () => {
    const parser = new PredictingParser();
    for (const seed of [1, 2, 3]) for (const record of answer(seed)) parser.parse(record);
    const records = answer(4);
    expect(parseCalls(() => records.forEach((record) => parser.parse(record)))).toBe(0);
    expectSame([1, 2, 3, 4, 5].flatMap((seed) => answer(seed)));
  });

  it("reads answers that are interleaved", () => {
    const answers = [1, 2, 3].map((seed) => answer(seed, 30));
    const interleaved = (answers[0] as string[]).flatMap((_, at) =>
      answers.map((one) => one[at] as string),
    );
    expectSame([...interleaved, ...interleaved]);
  });

  it("notices when what stayed the same for long changes", () => {
    const leaf = fc.integer({ min: 1, max: 9 });
    const run = fc.tuple(leaf, leaf, leaf, fc.integer({ min: 1, max: 12 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(run, { maxLength: 12 }), (runs) => {
        const records = runs.flatMap(([id, created, model, length, isLast]) =>
          Array.from({ length }, (_, n) =>
            JSON.stringify({
              id: `chatcmpl-${String(id).repeat(20)}`,
              created,
              choices: [{ delta: { content: isLast ? "same" : `token ${n}` }, n: -created }],
              model: `model ${model}`,
              nested: { id: `x${id}`, list: [created, { model }] },
            }),
          ),
        );
        expectSame(records);
      }),
      budget(2),
    );
  });

  it("gives a fresh object each time also of what stays the same", () => {
    const parser = new PredictingParser();
    const record = (n: number): string =>
      `{"id":"the same for a while","list":[{"constant":{"deep":[1]}}],"token":"t${n}"}`;
    for (let n = 0; n < 20; n++) {
      const value = parser.parse(record(n)) as {
        id: string;
        list: { constant: { deep: number[] } }[];
      };
      expect(value).toEqual(JSON.parse(record(n)));
      value.id = "changed";
      value.list[0]!.constant.deep.push(2);
      value.list.push({ constant: { deep: [] } });
    }
  });

  it("learns a stream that becomes regular after many records that were never alike", () => {
    const parser = new PredictingParser();
    for (let n = 0; n < 3000; n++) parser.parse(`{"a key ${n} of its own": "and more, and more"}`);
    const record = (n: number): string =>
      `{"id": "a record of a stream", "delta": {"text": "${n}"}}`;
    for (let n = 0; n < 300; n++) parser.parse(record(n));
    expect(parseCalls(() => parser.parse(record(300)))).toBe(0);
  });

  it("forgets what is of least use where there are more shapes than it keeps", () => {
    const parser = new PredictingParser();
    const record = (shape: number, n: number): string =>
      `{"shape ${shape}": "one of a hundred", "n": ${n}}`;
    const common = (n: number): string => `{"the most common shape": "of all", "token": "${n}"}`;
    for (let n = 0; n < 8; n++) {
      for (let shape = 0; shape < 100; shape++) {
        const texts = [common(n * 100 + shape), record(shape, n)];
        expect(texts.map((text) => parser.parse(text))).toEqual(
          texts.map((text): unknown => JSON.parse(text)),
        );
      }
    }
    expect(parseCalls(() => parser.parse(common(1000)))).toBe(0);
  });

  it("keeps no text alive by what it gives or has learnt", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const heapUsed = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const record = (n: number): string =>
      `{"fixed": "the same in every record", "id": "an id of some length ${n}", "token": "t${n}"}`;
    const kept: unknown[] = [];
    const before = heapUsed();
    for (let stream = 0; stream < 40; stream++) {
      const records = Array.from({ length: 5 }, (_, n) => record(n + stream));
      const run = Buffer.from(records.join("") + "x".repeat(1024 * 1024)).toString();
      const parser = new PredictingParser();
      let start = 0;
      for (const { length } of records) {
        kept.push(parser, parser.parse(run.slice(start, start + length)));
        start += length;
      }
    }
    expect(heapUsed() - before).toBeLessThan(10 * 1024 * 1024);
    expect(kept).toHaveLength(400);
  });
});

describe("copyOf", () => {
  it("shows few bytes as they were, and an end behind them", () => {
    const bytes = bytesOf('{"a":1}');
    const copy = copyOf(bytes);
    bytes.fill(0);
    expect(copy?.bytes.subarray(0, 8)).toEqual(bytesOf('{"a":1}\0'));
    expect(copyOf(new Uint8Array(100_000))).toBeUndefined();
  });

  it("never shows what was copied before", () => {
    const parser = new PredictingParser();
    const record = (n: number): string => `{"id":"the same for a while","n":${n}}`;
    for (let n = 0; n < 9; n++) parser.parse(record(n));
    expect(parser.read(copyOf(bytesOf(record(9)))!, 0)).toEqual(JSON.parse(record(9)));
    for (let length = 0; length < record(9).length; length++) {
      expect(parser.read(copyOf(bytesOf(record(9).slice(0, length)))!, 0)).toBeUndefined();
    }
  });
});
