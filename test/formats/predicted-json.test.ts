import fc from "fast-check";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { jsonParser, PredictingJsonParser } from "../../src/formats/predicted-json.js";

/** What a parser gives for a text: the value, or that it threw. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/**
 * Parses the records of one stream both ways and compares value, key order, prototypes and -0: each
 * record as a text of its own, and as a range of the text that they make together.
 */
function expectSame(records: readonly string[]): void {
  const parser = new PredictingJsonParser();
  const rangeParser = new PredictingJsonParser();
  const run = records.join("");
  let start = 0;
  for (const record of records) {
    const end = start + record.length;
    const expected = outcome(JSON.parse, record);
    const actual = outcome((text) => parser.parse(text), record);
    expect(actual).toStrictEqual(expected);
    expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
    expect(outcome((text) => rangeParser.parse(text, start, end), run)).toStrictEqual(expected);
    start = end;
  }
}

/** How often `JSON.parse` is called meanwhile. */
function parseCalls(run: () => void): number {
  const parse = vi.spyOn(JSON, "parse");
  try {
    run();
    return parse.mock.calls.length;
  } finally {
    parse.mockRestore();
  }
}

const awkwardStrings = fc.oneof(
  fc.string({ unit: "binary" }),
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

describe("PredictingJsonParser", () => {
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
      { numRuns: 300 },
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
      { numRuns: 300 },
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
    const parser = new PredictingJsonParser();
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
    const parser = new PredictingJsonParser();
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
      { numRuns: 100 },
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
    );
  });

  it("reads long lists of numbers, which it does not predict", () => {
    const list = (n: number): string =>
      JSON.stringify({ embedding: Array.from({ length: 40 }, (_, i) => i * n + 0.5) });
    expectSame([1, 2, 3, 4].map(list));
    const parser = new PredictingJsonParser();
    for (const n of [1, 2, 3]) parser.parse(list(n));
    expect(parseCalls(() => parser.parse(list(4)))).toBe(1);
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
    const parser = new PredictingJsonParser();
    const token = (content: string): string =>
      `{"id": "a record of a stream", "delta": {"content": "${content}"}, "usage": null}`;
    const role = '{"id": "a record of a stream", "delta": {"role": "assistant"}, "usage": null}';
    const last = '{"id": "a record of a stream", "delta": {}, "usage": {"tokens": 12}}';
    const answer = [role, token("a"), token("b"), token("c"), last];
    const parseAll = (): void => {
      for (const record of answer) parser.parse(record);
    };
    expect(parseCalls(parseAll)).toBe(answer.length); // one of them for the pattern that was made
    expect(parseCalls(parseAll)).toBe(2); // the patterns of the first and the last record
    expect(parseCalls(parseAll)).toBe(0);
  });

  it("soon stops learning from records that are never alike", () => {
    const parser = new PredictingJsonParser();
    const records = Array.from({ length: 40 }, (_, n) => `{"a key ${n} of its own": "and more"}`);
    for (const record of records) parser.parse(record);
    const again = parseCalls(() => {
      for (const record of records.slice(8)) parser.parse(record);
    });
    expect(again).toBe(records.length - 8);
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
      const parser = new PredictingJsonParser();
      let start = 0;
      for (const { length } of records) {
        kept.push(parser, parser.parse(run, start, start + length));
        start += length;
      }
    }
    expect(heapUsed() - before).toBeLessThan(10 * 1024 * 1024);
    expect(kept).toHaveLength(400);
  });
});

describe("jsonParser", () => {
  it.each([true, false, undefined])("reads a text and a range of one (predict: %s)", (predict) => {
    const parse = jsonParser({ predict });
    expect(parse('{"a": 1}')).toEqual({ a: 1 });
    expect(parse('data: {"a": 1}\n', 6, 14)).toEqual({ a: 1 });
    expect(parse('data: {"a": 1}', 6)).toEqual({ a: 1 });
    expect(() => parse('data: {"a": 1}\n', 5, 13)).toThrow(SyntaxError);
  });
});
