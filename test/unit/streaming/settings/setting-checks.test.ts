import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import {
  atLeast,
  checkObject,
  oneOf,
  ofType,
} from "../../../../src/streaming/settings/setting-checks.js";

describe("ofType", () => {
  it("gives what is of the type, and nothing where nothing was given", () => {
    expect(ofType("boolean", "streaming", false)).toBe(false);
    expect(ofType<unknown>("string", "socketPath", undefined)).toBeUndefined();
    expect(ofType(undefined, "proxy", 5)).toBe(5);
  });

  it("refuses another type, which would mean something else", () => {
    const refused = () => ofType("boolean", "streaming", "false");
    expect(refused).toThrow(
      new HookError("streaming", 'streaming must be a boolean, not "false".'),
    );
  });
});

describe("atLeast", () => {
  it("gives a number that is not below the least", () => {
    expect([atLeast(0, "a", 0), atLeast(1, "a", Infinity)]).toEqual([0, Infinity]);
    expect(() => atLeast(1, "limits.a", 0)).toThrow(
      "limits.a must be a number of at least 1, not 0.",
    );
    expect(() => atLeast(0, "a", "5")).toThrow('not "5"');
    expect(() => atLeast(0, "a", NaN)).toThrow("not NaN");
  });
});

describe("oneOf", () => {
  it("gives a word that is one of them", () => {
    expect(oneOf("redirect", ["error", "follow"], "follow")).toBe("follow");
    expect(() => oneOf("redirect", ["error"], "none" as "error")).toThrow(
      'one of "error", not none',
    );
  });
});

describe("checkObject", () => {
  it("refuses what is none, and a name that nobody knows", () => {
    expect(() => checkObject("limits", { a: 1 }, ["a"])).not.toThrow();
    expect(() => checkObject("limits", 5)).toThrow("limits must be an object");
    expect(() => checkObject("limits", { b: 1 }, ["a"])).toThrow('limits has "b"');
  });
});
