import { describe, expect, it } from "vitest";
import { WireEnd } from "../../../../src/streaming/provider/wire-end.js";

function isMissingAfter(...records: unknown[]): boolean {
  const end = new WireEnd();
  for (const record of records) end.take(record, undefined);
  return end.isMissing;
}

const OPEN: unknown[] = [
  { choices: [{ finish_reason: null }] },
  { choices: [{ finish_reason: null, stop_reason: null }] },
  { output: { choices: [{ finish_reason: "null" }] } },
  { results: [], stop_reason: "not_finished" },
  { type: "message_start", message: { stop_reason: null } },
  { meta_info: { finish_reason: null } },
  { response: "a", done: false },
  { is_finished: false },
  { result: "a", is_end: false },
  { content: "a", stop: false },
  '{"done":false}',
  { event: "message", data: '{"done":false}' },
];

const OVER: unknown[] = [
  { choices: [{ finish_reason: "stop" }] },
  { choices: [{ finish_reason: "stop", stop_reason: null }] },
  { choices: [{ finish_reason: null }, { finish_reason: "length" }, {}].slice(1) },
  { meta_info: { finish_reason: { type: "stop" } } },
  { done: true },
  { is_end: true },
  { stop: true },
  { type: "message_stop" },
  { event: "message_end" },
];

describe("WireEnd", () => {
  it.each(OPEN)("is missing behind %j", (record) => {
    expect(isMissingAfter(record, { choices: [] })).toBe(true);
  });

  it.each(OVER)("is there with %j, whatever follows", (record) => {
    expect(isMissingAfter(OPEN[0], record, OPEN[0])).toBe(false);
  });

  it.each([undefined, null, "text", {}, { finish_reason: "" }, { stop: ["\n"] }, { done: null }])(
    "is nowhere promised by %j",
    (record) => {
      expect(isMissingAfter(record)).toBe(false);
      expect(isMissingAfter(OPEN[0], record)).toBe(true);
    },
  );

  it("is there with an event of its name", () => {
    const end = new WireEnd();
    end.take({ done: false }, "message");
    expect(end.isMissing).toBe(true);
    end.take({}, "end");
    expect(end.isMissing).toBe(false);
  });
});
