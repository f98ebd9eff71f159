import { describe, expect, it } from "vitest";
import type { RecordEnvelope } from "../../../../src/formats/format.js";
import { RecordJudge } from "../../../../src/streaming/answer/record-judge.js";

const UNANNOUNCED = { content: 1, finishReason: undefined, announced: false };
const bare = { code: 500, message: "the model has failed" };

function inEvent(event: string | undefined, error?: string): RecordEnvelope {
  return { event, lastEventId: "", ...(error !== undefined && { error }) };
}

/** A judge that has begun with a record. */
function of(record: unknown, event?: string, isExempt = false): RecordJudge {
  const judge = new RecordJudge(() => []);
  judge.begin(record, inEvent(event), isExempt);
  return judge;
}

/** The judgement at the end of an answer whose last part came of a record. */
function atEnd(record: unknown, result: unknown, markData?: string, finishReason?: string) {
  const judge = of(record);
  judge.noteSpoken(result);
  return judge.errorAtEnd({ ...UNANNOUNCED, finishReason }, markData);
}

describe("RecordJudge", () => {
  it("believes the wire, whatever stands in the record", () => {
    const judge = new RecordJudge(() => []);
    expect(judge.begin({}, inEvent(undefined, "throttled"), false)).toBe("throttled");
    expect(judge.begin({}, inEvent("error"), false)).toBeUndefined();
    expect(judge.begin({}, undefined, false)).toBeUndefined();
  });

  it("finds an error in a record that nobody could read, or that gave nothing", () => {
    expect(of(bare).errorOfUnread()?.message).toBe("the model has failed");
    expect(of({ id: "1" }).errorOfUnread()).toBeUndefined();
    expect(of(bare).errorOfSilent(null)?.message).toBe("the model has failed");
    expect(of({ id: "1" }).errorOfSilent("")).toBeUndefined();
  });

  it.each([
    [["event: tool_output", 'data: {"error":"no such city"}']],
    [['event: tool_output\ndata: {"error":"no such city"}']],
  ])("knows the name of an event that is read by hand: %j", (lines) => {
    const judge = new RecordJudge(() => []);
    const errors = (texts: readonly string[]) =>
      texts.map((text) => {
        judge.begin(text, undefined, false);
        return judge.errorOfSilent(undefined)?.message;
      });
    expect(errors(lines).at(-1)).toBeUndefined();
    expect(errors(['data: {"error":"no such model"}'])).toEqual(["no such model"]);
  });

  it("believes no text that shows the lines of an event of an error", () => {
    const judge = new RecordJudge(() => []);
    for (const text of ["event: error", "data: it failed"]) {
      judge.begin(text, undefined, false);
      expect(judge.errorOfSpoken()).toBeUndefined();
      judge.noteSpoken(text);
    }
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)).toBeUndefined();
  });

  it("leaves an error to the author who has read it", () => {
    expect(of(bare).errorOfSilent({ error: "overloaded" })).toBeUndefined();
    expect(of(bare).errorOfSilent({ error: null })?.message).toBe("the model has failed");
  });

  it("finds what the first silent record says of the answer, where none of that has come", () => {
    const judge = new RecordJudge(() => []);
    const take = (record: unknown, pieces: number, isExempt = false) => {
      judge.begin(record, undefined, isExempt);
      judge.errorOfSilent(undefined);
      judge.noteSilent(pieces);
      return judge.unread.found;
    };
    expect(take({ text: "a" }, 1)).toBeUndefined();
    expect(take({ text: "a" }, 0, true)).toBeUndefined();
    expect(take({ text: "b" }, 0)).toBe('text: "b"');
    expect(take({ text: "c" }, 0)).toBe('text: "b"');
  });

  it("has the last finish reason of the records of which nothing came", () => {
    const judge = new RecordJudge(() => []);
    const take = (record: unknown, event?: string) => {
      judge.begin(record, inEvent(event), false);
      judge.errorOfSilent(undefined);
      return judge.reason;
    };
    expect(take({ choices: [{ finish_reason: null }] })).toBeUndefined();
    expect(take({ finish_reason: "null" })).toBeUndefined();
    expect(take({ finish_reason: "tool_calls" }, "step_end")).toBeUndefined();
    expect(take({ choices: [{ finish_reason: "tool_calls" }] })).toBe("tool_calls");
    expect(take({ choices: [], usage: {} })).toBe("tool_calls");
  });

  it("judges no record of which the author says that it is none", () => {
    const judge = new RecordJudge(() => []);
    expect(judge.begin(bare, inEvent("error", "throttled"), true)).toBeUndefined();
    expect([
      judge.errorOfUnread(),
      judge.errorOfSilent(null),
      judge.errorOfSpoken(),
      judge.errorOfWhole(),
    ]).toEqual(Array(4).fill(undefined));
    judge.noteSilent(1);
    judge.noteSpoken("a");
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)).toBeUndefined();
    expect(judge.end.isOver).toBeUndefined();
  });

  it("finds the failure of an answer in the record that ends it, and in no other", () => {
    const record = { data: { status: "failed", error: "no tokens left" } };
    expect(of(record).errorOfSilent({ done: true })?.message).toBe("no tokens left");
    expect(of(record).errorOfSilent({ finishReason: "stop" })?.message).toBe("no tokens left");
    expect(of({}).errorOfSilent({ finishReason: "error" })?.code).toBe("error");
    expect(of(record).errorOfSilent({ done: false })).toBeUndefined();
    expect(of(record).errorOfSilent(null)).toBeUndefined();
    expect(of(record, "workflow_finished").errorOfSilent(null)?.message).toBe("no tokens left");
    expect(of({ finish_reason: "abort" }).errorOfSilent(null)?.code).toBe("abort");
  });

  it("takes content for the answer, unless the record calls itself an error", () => {
    expect(of({ type: "error", message: "overloaded" }).errorOfSpoken()?.message).toBe(
      "overloaded",
    );
    expect(of({ type: "error" }).errorOfSpoken()?.message).toBe("");
    expect(of({ text: "a" }, "error").errorOfSpoken()?.message).toBe("a");
    expect(of({ ...bare, error: "overloaded" }).errorOfSpoken()).toBeUndefined();
  });

  it("finds the failure of an answer beside its last part, and in the mark behind it", () => {
    const text = '{"finish_reason":"abort"}';
    expect(atEnd({ text: "a", finish_reason: "abort" }, "a")?.code).toBe("abort");
    expect(atEnd(text, text)).toBeUndefined();
    expect(atEnd({ text: "a" }, "a", '{"reason":"canceled"}')).toBeDefined();
    expect(atEnd({ text: "a" }, "a", "[DONE]")).toBeUndefined();
    expect(atEnd({ text: "a" }, "a")).toBeUndefined();
  });

  it("finds the error of a record behind which nothing came, where no end was told of", () => {
    const last = { code: "InvalidParameter", message: "too long" };
    const judge = of(last);
    expect(judge.errorOfUnread()?.message).toBe("too long");
    expect(judge.errorOfSilent(null)).toBeUndefined();
    judge.noteSilent(1);
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)?.message).toBe("too long");
    expect(judge.errorAtEnd({ ...UNANNOUNCED, announced: true }, undefined)).toBeUndefined();
    judge.begin({ text: "a" }, undefined, false);
    judge.noteSpoken("a");
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)).toBeUndefined();
    judge.begin({ finish_reason: "stop" }, undefined, false);
    judge.errorOfSilent(null);
    judge.noteSilent(2);
    judge.begin(last, undefined, false);
    judge.errorOfSilent(null);
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)).toBeUndefined();
  });

  it("finds the error in an object of such a record", () => {
    const judge = of({ choices: [], x_groq: { error: "no room" } });
    expect(judge.errorOfSilent(null)).toBeUndefined();
    judge.noteSilent(1);
    expect(judge.errorAtEnd(UNANNOUNCED, undefined)?.message).toBe("no room");
    expect(judge.errorAtEnd({ ...UNANNOUNCED, announced: true }, undefined)).toBeUndefined();
  });

  it("finds the words of a failure that a hook reads, in the record of the last part", () => {
    const record = { choices: [{ finish_reason: "error", error: { message: "no room" } }] };
    expect(atEnd(record, "a", undefined, "error")).toMatchObject({
      message: 'the answer ended with the finish reason "error": no room',
      code: "error",
    });
    expect(atEnd("a", "a", undefined, "error")?.message).toMatch(/"error"$/);
  });

  it("believes a hook that reads the finish reason", () => {
    expect(atEnd({ text: "a", finish_reason: "abort" }, "a", undefined, "stop")).toBeUndefined();
  });

  it("finds the failure of a job in its state", () => {
    expect(of({ status: "failed", output: "half" }).errorOfWhole()?.code).toBe("failed");
    expect(of({ status: "done", output: "all" }).errorOfWhole()).toBeUndefined();
  });

  it("hears of the end in a silent record, and in the last part", () => {
    const judge = of({ finish_reason: null });
    judge.errorOfSilent(null);
    judge.noteSilent(1);
    expect(judge.end).toMatchObject({ isOver: false, promise: "finish_reason: null" });
    judge.begin({ finish_reason: "stop" }, undefined, false);
    judge.noteSpoken("a");
    judge.errorAtEnd({ ...UNANNOUNCED, content: 2 }, undefined);
    expect(judge.end.isOver).toBe(true);
  });
});
