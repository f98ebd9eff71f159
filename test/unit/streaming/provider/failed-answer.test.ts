import { describe, expect, it } from "vitest";
import {
  failedState,
  failureAtEnd,
  failureBeside,
  failureIn,
  reasonIn,
  failureOf,
  failureOfLast,
} from "../../../../src/streaming/provider/failed-answer.js";
import { nameOf, valueOf } from "../../../../src/streaming/provider/wire-record.js";

describe("failureIn", () => {
  const within = (record: unknown, event?: string) => {
    const [value, name] = [valueOf(record), nameOf(record, event)];
    return failureIn(value, name, reasonIn(value, name), false);
  };

  it.each<[unknown, string]>([
    [{ choices: [{ delta: {}, finish_reason: "abort" }] }, "abort"],
    [{ choices: [{ finish_reason: "stop" }, { finish_reason: "error" }] }, "error"],
    [{ data: { output: { choices: [{ finish_reason: "error" }] } } }, "error"],
    [{ candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL" }] }, "MALFORMED_FUNCTION_CALL"],
    [{ delta: { stop_reason: "error" } }, "error"],
    [{ messageStop: { stopReason: "malformed_model_output" } }, "malformed_model_output"],
    [{ done_reason: "timeout" }, "timeout"],
    [{ meta_info: { finish_reason: { type: "abort" } } }, "abort"],
    [[{ response_metadata: { finish_reason: "error" } }, {}], "error"],
    ['{"finish_reason":"cancelled"}', "cancelled"],
    [{ event: "message", data: '{"finish_reason":"cancelled"}' }, "cancelled"],
  ])("finds the finish reason in %j, which no hook has read", (record, reason) => {
    expect(within(record)).toEqual({
      message: `the answer ended with the finish reason "${reason}"`,
      code: reason,
    });
  });

  it("shows the words beside it, and their code", () => {
    const reason = { type: "abort", message: "The queue is full.", status_code: 503 };
    expect(within({ text: "", meta_info: { finish_reason: reason } })).toEqual({
      message: 'the answer ended with the finish reason "abort": The queue is full.',
      code: 503,
    });
  });

  it.each<[unknown, string?]>([
    [null],
    ["stop"],
    [{ choices: [{ finish_reason: null }, { finish_reason: "length" }] }],
    [{ meta_info: { finish_reason: { type: "stop", matched: "error" } } }],
    [{ choices: [{ finish_reason: "stop", stop_reason: "error" }] }],
    [{ finish_reason: "stop", stop_reason: "timeout" }],
    [{ type: "finish-step", finishReason: "error" }],
    [{ event: "node_finished", data: { status: "failed", finish_reason: "error" } }],
    [{ finish_reason: "error" }, "agent_step"],
    [{ logs: { finish_reason: "error" } }],
    [[[[[[{ finish_reason: "error" }]]]]]],
    [{ status: "failed" }],
    [{ event: "progress", success: false }],
  ])("finds none in %j", (record, event) => {
    expect(within(record, event)).toBeUndefined();
  });

  it("believes the hook that reads it", () => {
    const record = { finish_reason: "cancelled" };
    expect(failureIn(record, undefined, "stop", false)).toBeUndefined();
    expect(failureIn({ error: "a" }, undefined, undefined, true)).toBeDefined();
    expect(failureIn({}, undefined, "error", false)).toMatchObject({ code: "error" });
  });

  it("finds an error in an object of a record whose finish reason no hook has read", () => {
    const choices = [{ delta: {}, finish_reason: "stop" }];
    const failed = { x_groq: { error: "over capacity" } };
    expect(within({ choices, ...failed })?.message).toBe("over capacity");
    expect(within({ type: "finish-step", finishReason: "stop", ...failed })).toBeUndefined();
    expect(within({ choices: [{ delta: {}, finish_reason: null }], ...failed })).toBeUndefined();
    expect(within({ event: "final", data: { error: "no room" } })?.message).toBe("no room");
  });

  it("goes by the state of a record that is called the end, by itself or by its event", () => {
    const failed = { status: "failed", error: "no room" };
    expect(within({ event: "workflow_finished", data: failed })).toEqual({
      message: "no room",
      code: "failed",
    });
    expect(within({ reason: "canceled" }, "done")).toBeDefined();
    expect(within({ event: "done", data: '{"reason":"error"}' })).toBeDefined();
    expect(within({ msg: "process_completed", output: { error: null }, success: false })).toEqual({
      message: "",
    });
    expect(within({ type: "end", status: "completed", error: null })).toBeUndefined();
  });
});

describe("failureBeside", () => {
  it("finds a failure in the record of the last piece", () => {
    const choices = [{ delta: { content: "x" }, finish_reason: "error" }];
    expect(failureBeside({ choices }, undefined)).toMatchObject({ code: "error" });
    expect(failureBeside({ text: "no room", error_code: 50_001 }, undefined)).toMatchObject({
      message: "no room",
      code: 50_001,
    });
  });

  it("goes by the name of its event", () => {
    expect(failureBeside({ text: "no room" }, "exception")).toEqual({ message: "no room" });
    expect(failureBeside("no room", "abort")).toEqual({
      message: "no room",
    });
    expect(failureBeside("no room", "run_failed")).toBeDefined();
    expect(failureBeside("no room", "output")).toBeUndefined();
  });

  it("goes by the event's name alone where the record is the piece", () => {
    const words = { status: "error", error_code: 1 };
    expect(failureBeside(words, undefined, true)).toBeUndefined();
    expect(failureBeside(words, "exception", true)).toBeDefined();
  });

  it("goes by the state of its record, as of an answer in one piece", () => {
    expect(failureBeside({ text: "x", status: "error" }, undefined)).toMatchObject({
      code: "error",
    });
    expect(failureBeside({ text: "x", success: false, message: "no room" }, undefined)).toEqual({
      message: "no room",
    });
    expect(failureBeside({ text: "x", status: "completed" }, undefined)).toBeUndefined();
    expect(failureBeside({ type: "tool_result", text: "x", status: "failed" }, undefined)).toBe(
      undefined,
    );
  });

  it("finds none in a piece, or in what stands beside it", () => {
    for (const record of [
      undefined,
      "error",
      { text: "error" },
      { text: "x", error: "of a tool" },
    ]) {
      expect(failureBeside(record, undefined)).toBeUndefined();
    }
  });
});

describe("failureAtEnd", () => {
  it("finds an error in an object of the last record, and its status", () => {
    const data = { status: "failed", error: "the node failed" };
    expect(failureAtEnd({ event: "workflow_finished", data })).toMatchObject({
      message: "the node failed",
    });
    const details = { type: "failed", error: { code: "x9", message: "x" } };
    const response = { status: "failed", status_details: details };
    expect(failureAtEnd({ type: "response.done", response })).toMatchObject({
      message: "x",
      code: "x9",
    });
    expect(failureAtEnd({ id: "j", status: "CANCELLED" })).toMatchObject({ code: "CANCELLED" });
    for (const end of [
      { event: "done", data: '{"reason":"canceled"}' },
      { final: true, result: { state: "failed" } },
      { success: false },
      '{"reason":"error"}',
    ]) {
      expect(failureAtEnd(valueOf(end))).toBeDefined();
    }
    const fine = { status: "completed", error: null, usage: { total: 1 } };
    expect(failureAtEnd({ web_search: { status: "failed" }, usage: {} })).toBeUndefined();
    expect(failureAtEnd({ type: "response.done", response: fine })).toBeUndefined();
    const message = { role: "tool", status: "error", content: "no such file" };
    expect(failureAtEnd({ type: "message_end", message })).toBeUndefined();
    expect(failureAtEnd({ event: "message_end", ...message })).toBeUndefined();
    const answer = { ...message, role: "assistant" };
    expect(failureAtEnd({ type: "message_end", message: answer })).toBeDefined();
    expect(failureAtEnd("[DONE]")).toBeUndefined();
  });
});

describe("failureOfLast", () => {
  it("finds an error in an object of a record, unless it is called a step, or something beside the answer", () => {
    const failed = { data: { error: "no room" } };
    expect(failureOfLast(failed, undefined)?.message).toBe("no room");
    expect(failureOfLast(failed, "closing")?.message).toBe("no room");
    for (const name of ["node_finished", "tool_end", "suggestions"]) {
      expect(failureOfLast(failed, name)).toBeUndefined();
      expect(failureOfLast({ type: name, ...failed }, undefined)).toBeUndefined();
    }
    expect(failureOfLast({ data: { error: null } }, undefined)).toBeUndefined();
  });
});

describe("failureOf", () => {
  it("shows what stands beside a finish reason", () => {
    const delta = { error: "The model died", finish_reason: "ERROR" };
    expect(failureOf({ type: "message-end", delta }, "ERROR")).toEqual({
      message: 'the answer ended with the finish reason "ERROR": The model died',
      code: "ERROR",
    });
    expect(failureOf({ text: "" }, "ERROR")?.message).toMatch(/reason "ERROR"$/);
  });
});

describe("failedState", () => {
  it("goes by the status or state of an answer in one piece", () => {
    expect(failedState({ status: "failed", output: "x" })).toBeDefined();
    expect(failedState({ state: "CANCELLED" })).toBeDefined();
    expect(failedState({ success: false })).toBeDefined();
    expect(failedState({ success: true })).toBeUndefined();
    expect(failedState({ status: "completed" })).toBeUndefined();
    expect(failedState("failed")).toBeUndefined();
  });
});
