import { describe, expect, it } from "vitest";
import { ChunkParseError } from "../../../../src/errors.js";
import { parseRecord } from "../../../../src/formats/json/record.js";
import { jsonParser } from "../../../../src/formats/json/json-parser.js";

const place = { format: "sse", index: 3 };
const parsers = [undefined, jsonParser({ predict: true }), jsonParser({ predict: false })];

describe("parseRecord", () => {
  it.each(parsers)("gives the value of a text and of a range of one", (parse) => {
    expect(parseRecord('{"a": 1}', place, parse)).toEqual({ a: 1 });
    expect(parseRecord('data: {"a": 1}\n', place, parse, 6, 14)).toEqual({ a: 1 });
  });

  it.each(parsers)("gives nothing for white space", (parse) => {
    expect(parseRecord(" \r\n\t", place, parse)).toBeUndefined();
    expect(parseRecord("data: \n", place, parse, 6, 7)).toBeUndefined();
  });

  it.each(parsers)("shows only the record in the error", (parse) => {
    const read = (): unknown => parseRecord("data: {oops}\ndata: 1", place, parse, 6, 12);
    expect(read).toThrow(ChunkParseError);
    expect(read).toThrow(expect.objectContaining({ record: "{oops}", index: 3 }));
  });
});
