import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { addHeaders } from "../../../../src/streaming/request/headers.js";

function added(...sources: unknown[]): Record<string, string> {
  const headers: Record<string, string> = { accept: "x" };
  for (const source of sources) addHeaders(headers, source as Headers);
  return headers;
}

describe("addHeaders", () => {
  it("puts them over those that are there, under lower-case names", () => {
    expect(added({ Accept: "y", "X-A": "1" }, { "x-a": "2" })).toEqual({ accept: "y", "x-a": "2" });
    expect(added(new Headers({ "X-A": "1" }))).toEqual({ accept: "x", "x-a": "1" });
    expect(added(new Map([["X-A", "1"]]))).toEqual({ accept: "x", "x-a": "1" });
  });

  it("takes one away that is nothing", () => {
    expect(added({ Accept: undefined })).toEqual({});
    expect(added({ accept: null })).toEqual({});
    expect(added(undefined, null)).toEqual({ accept: "x" });
  });

  it.each([[1], [["list"]], [{ a: 1 }], [[[1, "secret"]]]])("refuses %j", (source) => {
    expect(() => added(source)).toThrow(HookError);
    expect(() => added(source)).not.toThrow(/secret/);
  });

  const nothing = [undefined][0];
  it.each<[string, string, RegExp]>([
    ["a variable that is not set", `Bearer ${nothing}`, /"undefined".*environment variable/],
    ["one that is null", `Bearer ${String(null)}`, /"null"/],
    ["one without a scheme", String(nothing), /"undefined"/],
    ["an object", "Bearer [object Object]", /"\[object Object\]": an object/],
    ["a Promise", "Bearer [object Promise]", /"\[object Promise\]".*not awaited/],
  ])("refuses what a template has made of %s", (_, value, message) => {
    expect(() => added({ Authorization: value })).toThrow(message);
    expect(() => added({ Authorization: value })).toThrow(
      /^the value of the header "authorization"/,
    );
    expect(() => added(new Map([["authorization", value]]))).toThrow(HookError);
  });

  it("takes values that only look like it", () => {
    const values = ["null", "Bearer undefined-behaviour", "an undefined number", "a => b", ""];
    for (const value of values) expect(added({ "x-a": value })).toMatchObject({ "x-a": value });
  });
});
