import { describe, expect, it } from "vitest";
import { HookError } from "../../../src/errors.js";
import { awsEventStream } from "../../../src/formats/aws-event-stream.js";
import { jsonLines } from "../../../src/formats/json-lines.js";
import { checkFormatOptions } from "../../../src/formats/option-check.js";
import { sse } from "../../../src/formats/sse.js";

describe("checkFormatOptions", () => {
  it("takes those that there are", () => {
    const check = (options: object) => () =>
      checkFormatOptions("a", options, { b: "boolean", c: undefined });
    expect(check({})).not.toThrow();
    expect(check({ b: undefined, c: 5 })).not.toThrow();
    expect(check({ b: false })).not.toThrow();
  });

  it.each<[string, (options: object) => unknown]>([
    ["sse", (options) => sse(options)],
    ["jsonLines", (options) => jsonLines(options)],
    ["awsEventStream", (options) => awsEventStream(options)],
  ])("has %s() refuse what would be left out, or mean something else", (name, make) => {
    expect(() => make({ predcit: false })).toThrow(HookError);
    expect(() => make({ predcit: false })).toThrow(`${name}() has no use for "predcit". Give it {`);
    expect(() => make({ predict: "false" })).toThrow('got a string as "predict"');
    expect(() => make({ predict: null })).toThrow('got null as "predict"');
    expect(() => make("raw" as unknown as object)).toThrow("has no use for a string");
    expect(() => make(null as unknown as object)).toThrow("has no use for null");
  });

  it("notices a format that was not called", () => {
    const options = { payload: jsonLines as never };
    expect(() => awsEventStream(options)).toThrow("{ payload: jsonLines() }");
  });
});
