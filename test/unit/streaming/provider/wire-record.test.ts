import { describe, expect, it } from "vitest";
import {
  isCalled,
  nameInLines,
  nameOf,
  valueOf,
} from "../../../../src/streaming/provider/wire-record.js";

describe("valueOf", () => {
  it("finds the JSON in a text, an event as it stands, or a message with headers", () => {
    expect(valueOf('{"a":1}')).toEqual({ a: 1 });
    expect(valueOf({ event: "message", data: '{"a":1}' })).toEqual({ a: 1 });
    expect(valueOf({ headers: {}, payload: { a: 1 } })).toEqual({ a: 1 });
  });

  it("finds the data of an event in its line", () => {
    expect(valueOf('data: {"a":1}')).toEqual({ a: 1 });
    expect([valueOf("data:[DONE]"), valueOf("data: words")]).toEqual(["[DONE]", "words"]);
    expect(valueOf('event: message\r\nid: 1\ndata: {"a":1}')).toEqual({ a: 1 });
    expect(valueOf(': ping\nevent: error\ndata: {"a":1}')).toEqual({ a: 1 });
    expect(valueOf("event: data: words")).toBe("event: data: words");
  });

  it.each<[unknown]>([
    [null],
    [undefined],
    ["words"],
    ["{ not JSON"],
    [{ event: "message", data: { a: 1 } }],
    [{ headers: {}, payload: {}, error: "x" }],
  ])("leaves %j as it is", (record) => {
    expect(valueOf(record)).toBe(record);
  });
});

it("reads only the beginning of a text for the lines of an event, however many there are", () => {
  const lines = "id:\n".repeat(4_000_000);
  expect(valueOf(lines)).toBe(lines);
  expect(nameInLines(lines)).toBeUndefined();
});

describe("nameInLines", () => {
  it("finds the name of an event that is read by hand", () => {
    expect(nameInLines('event: a\ndata: {"b":1}')).toBe("a");
    expect(nameInLines("id: 1\r\nevent:a\r\ndata: b")).toBe("a");
    expect(nameInLines("event: a")).toBe("a");
    expect([nameInLines("data: event: a"), nameInLines("An event: a")]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("nameOf", () => {
  it("is the name around a record, or else the one in it", () => {
    expect(nameOf({ event: "inner" }, "outer")).toBe("outer");
    expect(nameOf({ event: "inner" }, undefined)).toBe("inner");
    expect([nameOf("text", undefined), nameOf(null, undefined)]).toEqual([undefined, undefined]);
  });
});

describe("isCalled", () => {
  it("asks for the name of the event, and for those that a record gives itself", () => {
    const isEnd = (name: unknown) => name === "end";
    expect(isCalled(null, "end", isEnd)).toBe(true);
    for (const field of ["event", "type", "msg"]) {
      expect(isCalled({ [field]: "end" }, "message", isEnd)).toBe(true);
    }
    expect(isCalled({ text: "end" }, undefined, isEnd)).toBe(false);
  });
});
