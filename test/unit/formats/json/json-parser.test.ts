import { parseJson } from "#runtime";
import { describe, expect, it } from "vitest";
import { jsonParser } from "../../../../src/formats/json/json-parser.js";

describe("jsonParser", () => {
  it("is JSON.parse where nothing is to be predicted", () => {
    expect(jsonParser({ predict: false })).toBe(parseJson);
  });

  it("reads a range of a text, and gives a fresh value each time", () => {
    const parse = jsonParser({});
    const records = Array.from({ length: 20 }, (_, index) => ({
      id: "answer-with-a-long-id",
      index,
      choices: [{ delta: { content: `token ${index}` } }],
    }));
    const values = records.map((record) => {
      const text = `data: ${JSON.stringify(record)}\n`;
      return parse(text, "data: ".length, text.length - 1) as (typeof records)[number];
    });
    expect(values).toEqual(records);
    values.at(-1)!.choices[0]!.delta.content = "changed";
    expect(values[0]!.choices).not.toBe(values[1]!.choices);
    expect(values[0]).toEqual(records[0]);
  });

  it("throws like JSON.parse", () => {
    expect(() => jsonParser({})('{"a":')).toThrow(SyntaxError);
  });
});
