import { describe, expect, it } from "vitest";
import { PredictingParser } from "../../../../src/formats/json/fast/predicting-parser.js";
import { predictorOf } from "../../../../src/formats/json/json-parser.js";

describe("predictorOf", () => {
  it("is one of its own for each format, and none where nothing is to be predicted", () => {
    expect(predictorOf({})).toBeInstanceOf(PredictingParser);
    expect(predictorOf({ predict: true })).not.toBe(predictorOf({}));
    expect(predictorOf({ predict: false })).toBeUndefined();
  });
});
