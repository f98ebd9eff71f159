import { describe, expect, it } from "vitest";
import { ChunkParseError } from "../../../../src/errors.js";
import { parseRecord } from "../../../../src/formats/json/record.js";
import { predictorOf } from "../../../../src/formats/json/json-parser.js";

const place = { format: "sse", index: 3 };
const predictors = [undefined, predictorOf({})];

describe("parseRecord", () => {
  it.each(predictors)("gives the value of a text", (predictor) => {
    expect(parseRecord('{"a": 1}', place, predictor)).toEqual({ a: 1 });
    expect(parseRecord('{"a": 2}', place, predictor, true)).toEqual({ a: 2 });
    expect(parseRecord('{"a": 3}', place, predictor)).toEqual({ a: 3 });
  });

  it.each(predictors)("gives nothing for white space", (predictor) => {
    expect(parseRecord(" \r\n\t", place, predictor)).toBeUndefined();
    expect(parseRecord("", place, predictor, true)).toBeUndefined();
  });

  it.each(predictors)("shows the record in the error", (predictor) => {
    const read = (): unknown => parseRecord("{oops}", place, predictor);
    expect(read).toThrow(ChunkParseError);
    expect(read).toThrow(expect.objectContaining({ record: "{oops}", index: 3 }));
  });

  it.each([
    ["[DONE]", /If this is the end mark, give it to sse\(\{ done \}\)\.$/],
    ["[1,", /If the response is one JSON array, use jsonArray\(\)\.$/],
    ["{oops}", /Each record has to be one whole JSON value\.$/],
  ])("says of %s what is probably wrong", (text, hint) => {
    expect(() => parseRecord(text, place)).toThrow(hint);
  });

  it.each([
    ['{"a": ', /it was probably cut off\.$/],
    ["Hello", /If the stream is plain text, use lines\(\)/],
    ["<p>Log in", /looks like HTML/],
    ['{"a":1}\0{"a', /use delimited/],
  ])("says of %s at the end of a stream what is probably wrong", (text, hint) => {
    expect(() => parseRecord(text, { ...place, unfinished: true })).toThrow(hint);
  });
});
