import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import {
  checkFields,
  isBoolean,
  REQUEST_FIELDS,
  unknownField,
} from "../../../../src/streaming/hooks/check-fields.js";

const check = (returned: unknown) => () =>
  checkFields(returned, { ...REQUEST_FIELDS, stream: ["true or false", isBoolean] }, (what) => {
    return new HookError("hook", `hook returned ${what}`);
  });

describe("checkFields", () => {
  it.each<[object]>([
    [{}],
    [{ url: "/x", method: "PUT", headers: {}, payload: 1, stream: false }],
    [{ url: new URL("http://models.test"), headers: new Headers() }],
    [{ url: null, stream: undefined }],
  ])("takes %j", (returned) => {
    expect(check(returned)).not.toThrow();
  });

  it.each<[unknown, RegExp]>([
    ["x", /hook returned a string/],
    [[], /hook returned an array/],
    [{ urls: "x" }, /perhaps url was meant/],
    [{ elsewhere: 1 }, /"elsewhere", which it has no use for/],
    [{ method: "DELETE" }, /wrong method: it has to be "GET"/],
    [{ headers: [] }, /wrong headers/],
    [{ stream: 1 }, /wrong stream/],
  ])("refuses %j", (returned, message) => {
    expect(check(returned)).toThrow(message);
  });
});

describe("unknownField", () => {
  it("names the first field that nobody knows, and what was probably meant", () => {
    expect(unknownField({ idle: 1, idel: 2 }, ["idle"])).toMatch(
      /^"idel".*perhaps idle was meant$/,
    );
    expect(unknownField({ elsewhere: 1 }, ["idle"])).toBe('"elsewhere", which it has no use for');
    expect(unknownField({ idle: 1 }, ["idle", "total"])).toBeUndefined();
  });
});
