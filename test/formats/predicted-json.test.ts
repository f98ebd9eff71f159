import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PredictingJsonParser } from "../../src/formats/predicted-json.js";

/** What a parser gives for a text: the value, or that it threw. */
function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

/** Parses the records of one stream both ways and compares value, key order, prototypes and -0. */
function expectSame(records: readonly string[]): void {
  const parser = new PredictingJsonParser();
  for (const record of records) {
    const expected = outcome(JSON.parse, record);
    const actual = outcome((text) => parser.parse(text), record);
    expect(actual).toStrictEqual(expected);
    expect(JSON.stringify(actual)).toBe(JSON.stringify(expected));
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
});
