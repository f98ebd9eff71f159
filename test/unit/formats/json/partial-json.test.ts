import { parsePartialJson } from "@langchain/core/output_parsers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PartialJsonReader } from "../../../../src/formats/json/partial-json.js";
import { budget } from "../../../helpers/properties.js";

/** What a reader gave last after each character. */
function read(text: string): unknown[] {
  const reader = new PartialJsonReader();
  let last: unknown = null;
  return Array.from({ length: text.length }, (_, at) => {
    reader.add(text[at]!);
    const value = reader.next();
    if (value !== undefined) last = value;
    return last;
  });
}

/** One character of JSON, as it is or escaped, or what has come of an escape. */
const CHARACTER = /\\u[\da-f]{4}|\\u[\da-f]{0,3}|\\.?|[^\\]/gis;
const ESCAPE_PART = /^\\(u[\da-f]{0,3})?$/i;
const HALF = /^(\\ud[89ab]..|[\ud800-\udbff])$/i;

/** What makes no difference where it ends a text, and does where a part of a character follows, which counts for nothing. */
const SPACE_BEFORE_PART = /\s[\\\ud800-\udbff]/;
/** An escape that is none, whose letters LangChain takes for text. */
const NO_ESCAPE = /\\u(?![\da-f]{4})/i;

/** A text without what has come of a character that is not whole. */
function wholeCharacters(text: string): string {
  const characters = text.trimEnd().match(CHARACTER) ?? [];
  if (ESCAPE_PART.test(characters.at(-1) ?? "")) characters.pop();
  if (HALF.test(characters.at(-1) ?? "")) characters.pop();
  return characters.join("");
}

/** The same by LangChain's parser: where it finds nothing, what it found before. */
function parse(text: string): unknown[] {
  let last: unknown = null;
  return Array.from({ length: text.length }, (_, at) => {
    last = parsePartialJson(wholeCharacters(text.slice(0, at + 1))) ?? last;
    return last;
  });
}

const TEXTS = [
  '{"a":"b\\n\\u00e9\\"\\\\ c","d":[1,-2.5e+3,true,false,null,{}],"e":{"f":[]}}',
  ' [ -0 , 0.5 , 1e9 , 10 , "" , [ [ ] ] ] \n',
  '{"a":1,"a":{"b":2}}',
  '"\\ud83d\\ude00\u{1F600}"',
  "-",
  "[-,1]",
  "[-.5]",
  "[-e5]",
  "01",
  "+1",
  "[1,]",
  '{"a":1,}',
  '{"a" 1}',
  "{a:1}",
  "nul, true",
  "trux",
  '{"a":1}}',
  '"\\x"',
  '"\\u00zz"',
  '"raw \n newline"',
  "words",
  "",
];

describe("PartialJsonReader", () => {
  it.each(TEXTS)("gives what LangChain's parser makes of each prefix of %j", (text) => {
    expect(read(text)).toEqual(parse(text));
  });

  it("does so for any JSON, and for what is nearly JSON", () => {
    const json = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify(value, null, 2)),
    );
    const nearly = fc
      .tuple(json, fc.nat(), fc.constantFrom(..."{}[]\",:\\ue0-.+1tfn \n\u00a0'"))
      .map(([text, at, noise]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + noise + text.slice(place);
      });
    fc.assert(
      fc.property(fc.oneof(json, nearly), (text) => {
        fc.pre(![/__proto__/, SPACE_BEFORE_PART, NO_ESCAPE].some((one) => one.test(text)));
        expect(read(text)).toEqual(parse(text));
      }),
      budget(),
    );
  });

  it("gives the same for pieces of any length", () => {
    const text = '{"a":"b\\u0041 c","d":[1.5,true,{"e":null}]}  ';
    for (let length = 1; length <= text.length; length++) {
      const reader = new PartialJsonReader();
      let last: unknown;
      for (let at = 0; at < text.length; at += length) {
        reader.add(text.slice(at, at + length));
        last = reader.next() ?? last;
      }
      expect(last).toEqual(JSON.parse(text));
      expect(reader.isComplete).toBe(true);
    }
  });

  it("says when nothing is new, and changes nothing that it gave", () => {
    const reader = new PartialJsonReader();
    const given: [value: unknown, text: string][] = [];
    for (const character of '{"a":[{"b":"cd"}, 1.0],  "e":tru') {
      reader.add(character);
      const value = reader.next();
      if (value !== undefined) given.push([value, JSON.stringify(value)]);
    }
    expect(reader.next()).toBeUndefined();
    expect(reader.isComplete).toBe(false);
    for (const [value, text] of given) expect(JSON.stringify(value)).toBe(text);
    const texts = given.map(([, text]) => text);
    expect(texts).toEqual([
      "{}",
      '{"a":[]}',
      '{"a":[{}]}',
      '{"a":[{"b":""}]}',
      '{"a":[{"b":"c"}]}',
      '{"a":[{"b":"cd"}]}',
      '{"a":[{"b":"cd"},1]}',
      '{"a":[{"b":"cd"},1],"e":true}',
    ]);
  });

  it("gives the space before a part of a character, which it does not give", () => {
    expect(read('"a \\u0041"').slice(1)).toEqual(["a", "a", ...Array(5).fill("a "), "a A", "a A"]);
    expect(read('"a \ud83d\ude00"').slice(1)).toEqual([
      "a",
      "a",
      "a ",
      "a \ud83d\ude00",
      "a \ud83d\ude00",
    ]);
  });

  it("takes __proto__ for a field like any other", () => {
    const reader = new PartialJsonReader();
    reader.add('{"__proto__":{"a":1},"b":2');
    const value = reader.next() as object;
    expect(Object.keys(value)).toEqual(["__proto__", "b"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  /** The values that a reader gives of a text that comes character by character. */
  function* valuesOf(text: string): Generator {
    const reader = new PartialJsonReader();
    for (const character of text) {
      reader.add(character);
      const value = reader.next();
      if (value !== undefined) yield value;
    }
  }

  it("reads a number of very many digits once", () => {
    const digits = "1".repeat(300_000);
    const values = [...valuesOf(`[1.${digits},2]`)];
    expect(values.at(-1)).toEqual([Number(`1.${digits}`), 2]);
    expect(values.length).toBeLessThan(50);
    expect([...valuesOf(`[${digits}-1]`)].at(-1)).toEqual([Infinity]);
  });

  it.each([
    ["list", 10_000, 512, (count: number) => `[${"1,".repeat(count)}2]`],
    [
      "object",
      3000,
      40,
      (count: number) => `{${Array.from({ length: count }, (_, n) => `"${n}":1`).join()}}`,
    ],
  ])("copies no more of a long %s than its text pays for", (_, count, paid, textOf) => {
    const text = textOf(count);
    let copied = 0;
    let last: unknown;
    for (const value of valuesOf(text)) {
      copied += Array.isArray(value) ? value.length : Object.keys(value as object).length;
      last = value;
    }
    expect(last).toEqual(JSON.parse(text));
    // With each item it would be half the square of their number.
    expect(copied).toBeLessThan(Math.min(paid * text.length, count ** 2 / 4));
  });

  it("takes what is nested deeper than any answer for no JSON", () => {
    const reader = new PartialJsonReader();
    reader.add('{"a":'.repeat(512));
    expect(reader.next()).toBeDefined();
    reader.add("[".repeat(100_000) + "]".repeat(100_000));
    expect(reader.next()).toBeUndefined();
    expect(reader.isComplete).toBe(false);
  });

  it("gives a value once, and again when more of a character that was not whole has come", () => {
    const reader = new PartialJsonReader();
    reader.add('"x\\');
    expect([reader.next(), reader.next()]).toEqual(["x", undefined]);
    reader.add("u0041");
    expect([reader.next(), reader.next()]).toEqual(["xA", undefined]);
  });
});
