import { describe, expect, it } from "vitest";
import {
  bareError,
  modelStreamError,
  recordError,
  saysError,
} from "../../../../src/streaming/provider/record-error.js";

describe("recordError", () => {
  it.each<[unknown, object]>([
    [{ error: "no room" }, { message: "no room" }],
    [{ error: { message: "no room", code: 503 } }, { message: "no room", code: 503 }],
    [{ type: "error", error: { type: "overloaded_error" } }, { type: "overloaded_error" }],
    [
      { event: "error", code: "full", message: "no room" },
      { message: "no room", code: "full" },
    ],
    [
      { error_code: 18, error_msg: "no room" },
      { message: "no room", code: 18 },
    ],
    [
      { type: "response.failed", response: { error: { code: "server_error", message: "x" } } },
      { message: "x", code: "server_error" },
    ],
    [[{ a: 1 }, { error: { message: "x" } }], { message: "x" }],
    ['{"error":"in a line"}', { message: "in a line" }],
    [{ event: "message", data: '{"error":"raw"}' }, { message: "raw" }],
    [{ headers: {}, payload: { error: "framed" } }, { message: "framed" }],
  ])("finds the one in %j", (record, error) => {
    expect(recordError(record)).toMatchObject(error);
  });

  it.each<[unknown]>([
    [null],
    ["error"],
    ["{ not JSON"],
    [{ error: null }],
    [{ error: "" }],
    [{ error: {} }],
    [{ error: { code: 0, message: "ok" } }],
    [{ errors: ["x"] }],
    [{ text: "error" }],
    [{ error_code: 0, error_msg: "" }],
    [{ success: false, errors: [], message: "in a queue" }],
    [{ type: "response.mcp_call.failed", item_id: "m" }],
    [[[{ error: "too deep" }]]],
  ])("finds none in %j", (record) => {
    expect(recordError(record)).toBeUndefined();
  });

  it("takes an event of that name for one, whatever it says", () => {
    expect(recordError("no room", "error")).toMatchObject({ message: "no room" });
    expect(recordError("", "error")).toEqual({ message: "" });
    expect(recordError("no room", "Error")).toMatchObject({ message: "no room" });
  });
});

describe("bareError", () => {
  it.each<[unknown, object]>([
    [{ errors: [{ message: "no room" }] }, { message: "no room" }],
    [
      { success: false, errors: [{ code: 10_000, message: "x" }] },
      { message: "x", code: 10_000 },
    ],
    [{ success: false, error_msg: "no room" }, { message: "no room" }],
    [
      { message: "no room", code: 500 },
      { message: "no room", code: 500 },
    ],
    [{ status: "503", title: "Busy" }, { message: "Busy" }],
    [{ detail: "no room" }, { message: "no room" }],
  ])("finds the one in %j", (record, error) => {
    expect(bareError(record)).toMatchObject(error);
    expect(bareError(JSON.stringify(record))).toMatchObject(error);
  });

  it.each<[unknown]>([
    [{ message: "loading", code: 0 }],
    [{ message: "loading", status: "pulling" }],
    [{ status: 500, total: 1000, message: "half" }],
    [{ detail: "queued", id: "j-1" }],
    [{ errors: [] }],
    [["x"]],
    [null],
  ])("finds none in %j", (record) => {
    expect(bareError(record)).toBeUndefined();
  });
});

describe("saysError", () => {
  it("takes an Error that a hook gives for one, whatever it says", () => {
    expect([new Error("x"), new TypeError()].every((value) => saysError(value))).toBe(true);
  });

  it("looks into objects, though not for ever", () => {
    expect(saysError({ a: { b: { c: "x" } } })).toBe(true);
    expect(saysError({ a: { b: { c: { d: { e: "x" } } } } })).toBe(false);
    expect([false, 0, " ", undefined].some((value) => saysError(value))).toBe(false);
    expect([true, 1, "x"].every((value) => saysError(value))).toBe(true);
  });
});

describe("modelStreamError", () => {
  const make = (said: unknown) => modelStreamError(said, "inside the stream", (text) => text);

  it("has the provider's words, code and type", () => {
    const error = make({ error: { message: "no room", code: 1, type: "t" } });
    expect(error.message).toBe("the provider reported an error inside the stream: no room");
    expect(error).toMatchObject({ providerCode: "1", providerType: "t" });
  });

  it("says so where there are no words", () => {
    expect(make({ error: { type: "t" } }).message).toMatch(/: t$/);
    expect(make("").message).toMatch(/without a message$/);
  });

  it("may be worth another try where it sounds as if it would pass", () => {
    const retryable = (said: unknown) => make(said).retryable;
    expect(retryable({ error: { message: "x", code: 503 } })).toBe(true);
    expect(retryable({ error: { message: "x", type: "overloaded_error" } })).toBe(true);
    expect(retryable({ error: "The server is busy" })).toBe(true);
    expect(retryable({ error: "No such model" })).not.toBe(true);
    expect(retryable({ message: "x", retryable: false, code: 503 })).toBe(false);
  });

  it("goes by the same statuses as a response, where the code is one", () => {
    const codes = [400, 401, 404, 408, 409, 425, 429, "500", 501, 503, 520, "529", 50_001, "5e2"];
    const passing = codes.filter((code) => make({ error: { message: "x", code } }).retryable);
    expect(passing).toEqual([408, 409, 425, 429, "500", 503, 520, "529"]);
  });

  it("takes secrets out before it cuts to length", () => {
    const redact = (text: string): string => text.replaceAll("k-1", "***");
    const error = modelStreamError(
      { error: { message: "k-1", code: "k-1" } },
      "inside the stream",
      redact,
    );
    expect(error.message).not.toContain("k-1");
    expect(error.providerCode).toBe("***");
  });
});
