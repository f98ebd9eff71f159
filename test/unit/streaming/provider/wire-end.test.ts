import { describe, expect, it } from "vitest";
import { WireEnd } from "../../../../src/streaming/provider/wire-end.js";
import { valueOf } from "../../../../src/streaming/provider/wire-record.js";

/** What was heard of an end in the records behind the first piece of an answer, the last of which is one. */
function after(...records: unknown[]): boolean | undefined {
  const end = new WireEnd();
  for (const record of records.slice(0, -1)) end.takeSilent(record, undefined, 1);
  end.takeLast(valueOf(records.at(-1)), undefined, 1);
  return end.isOver;
}

const OPEN: unknown[] = [
  { choices: [{ finish_reason: null }] },
  { choices: [{ finish_reason: null, stop_reason: null }] },
  { output: { choices: [{ finish_reason: "null" }] } },
  { results: [{ stop_reason: "not_finished" }] },
  { type: "message", message: { stop_reason: null } },
  { meta_info: { finish_reason: null } },
  { token: { text: "a" }, generated_text: null },
  { generated_text: "a", finish_reason: null },
  { response: "a", done: false },
  { is_finished: false },
  { result: "a", is_end: false },
  { content: "a", stop: false },
];

const OVER: unknown[] = [
  { choices: [{ finish_reason: "stop" }] },
  { choices: [{ finish_reason: "stop", stop_reason: null }] },
  { choices: [{ finish_reason: null }, { finish_reason: "length" }] },
  { meta_info: { finish_reason: { type: "stop" } } },
  { finish_reason: null, finished: true },
  { done: true },
  { data: { is_end: true } },
  { type: "message_stop" },
  { event: "message_end" },
  { msg: "process_completed" },
  { type: "final_answer" },
  { token: { text: "a" }, generated_text: "all" },
  { choices: [], usage: { total_tokens: 3 } },
  "[DONE]",
  "<|end|>",
];

describe("WireEnd", () => {
  it.each(OPEN)("is to come behind %j", (record) => {
    expect(after(record)).toBe(false);
    expect(after(record, { choices: [] })).toBe(false);
  });

  it.each(OVER)("is there with %j", (record) => {
    expect(after(OPEN[0], record)).toBe(true);
    expect(after(OPEN[0], record, {})).toBe(true);
  });

  it.each([
    undefined,
    null,
    "text",
    "[1, 2",
    {},
    { finish_reason: "" },
    { stop: ["\n"] },
    { done: null },
    { last: false },
    { choices: [], usage: { total_tokens: 0 } },
    { choices: [], usage: null },
    { choices: [{}], usage: { total_tokens: 3 } },
  ])("is not spoken of by %j", (record) => {
    expect(after(record)).toBeUndefined();
    expect(after(OPEN[0], record)).toBe(false);
  });

  it("is promised in a text and in an event as it stands", () => {
    expect(after('{"done":false}')).toBe(false);
    expect(after({ event: "message", data: '{"done":false}' })).toBe(false);
  });

  it("is nowhere in a piece that is text, but in its name", () => {
    const end = new WireEnd();
    end.takeLast(undefined, undefined, 1);
    expect(end.isOver).toBeUndefined();
    end.takeLast(undefined, "complete", 1);
    expect(end.isOver).toBe(true);
  });

  it.each(["message_start", "response.created", "RUN_STARTED"])("is promised by %s", (type) => {
    const end = new WireEnd();
    end.takeSilent({ type }, undefined, 0);
    end.takeLast({}, undefined, 1);
    expect(end.isOver).toBe(false);
    end.takeSilent({}, "done", 1);
    expect(end.isOver).toBe(true);
  });

  it("is not promised by what is no part of the answer", () => {
    const step = { type: "status", data: { done: false } };
    expect(after(step, {})).toBeUndefined();
    const end = new WireEnd();
    end.takeSilent({ done: false }, "task", 1);
    end.takeSilent({ message: { stop_reason: null } }, undefined, 0);
    end.takeLast({}, undefined, 1);
    expect(end.isOver).toBeUndefined();
  });

  describe("of a step", () => {
    const open = { choices: [{ finish_reason: null }] };
    const stop = { choices: [{ finish_reason: "stop" }] };
    const begin = { type: "message_start" };

    /** Two pieces, the end of the first step between them. */
    function afterStep(next: unknown, last: unknown, pieces = 2): boolean | undefined {
      const end = new WireEnd();
      end.takeSilent(begin, undefined, 0);
      end.takeSilent(stop, undefined, 1);
      end.takeSilent(next, undefined, 1);
      end.takeLast(last, undefined, pieces);
      return end.isOver;
    }

    it("is none of an answer that goes on and promises another", () => {
      expect(afterStep(open, open)).toBe(false);
      expect(afterStep(begin, {})).toBe(false);
    });

    it("holds where nothing more is promised, or nothing more comes", () => {
      expect(afterStep(open, {})).toBe(true);
      expect(afterStep(begin, {}, 1)).toBe(true);
      expect(afterStep(open, open, 1)).toBe(true);
      expect(afterStep(begin, stop)).toBe(true);
    });
  });

  it.each([
    [{ output: { choices: [{ finish_reason: "null" }] } }, "finish_reason: null"],
    [{ is_finished: false }, "is_finished: false"],
    [{ token: { text: "a" }, generated_text: null }, "generated_text: null"],
    [{ type: "message_start" }, "message_start"],
  ])("shows what promised it, as %j does", (record, promise) => {
    const end = new WireEnd();
    end.takeSilent(record, undefined, 1);
    end.takeSilent({ done: false }, undefined, 1);
    expect(end.promise).toBe(promise);
  });
});
