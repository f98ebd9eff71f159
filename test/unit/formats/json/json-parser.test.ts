import { recordParser } from "#runtime";
import { describe, expect, it } from "vitest";
import { predictorOf } from "../../../../src/formats/json/json-parser.js";

describe("predictorOf", () => {
  it("is what the platform has, and none where nothing is to be predicted", () => {
    expect(predictorOf({ predict: false })).toBeUndefined();
    const isThere = recordParser() !== undefined;
    expect(predictorOf({}) !== undefined).toBe(isThere);
    expect(predictorOf({ predict: true }) !== undefined).toBe(isThere);
  });

  it("is another one for each format", () => {
    expect(new Set([predictorOf({}), predictorOf({})]).size).toBe(
      recordParser() === undefined ? 1 : 2,
    );
  });
});
