import { describe, expect, it } from "vitest";
import {
  bareError,
  isCalledError,
  recordError,
  silentError,
} from "../../../../src/streaming/provider/record-error.js";
import { nameOf, valueOf } from "../../../../src/streaming/provider/wire-record.js";

describe("recordError", () => {
  it.each<[unknown, object]>([
    [{ error: "no room" }, { message: "no room" }],
    [{ error: { message: "no room", code: 503 } }, { message: "no room", code: 503 }],
    [
      { error: null, choices: [{ delta: {}, error: { message: "no room", code: 503 } }] },
      { message: "no room", code: 503 },
    ],
    [{ type: "error", error: { type: "overloaded_error" } }, { type: "overloaded_error" }],
    [{ error: { code: 5, upstream: { message: "quota" } } }, { message: "quota", code: 5 }],
    [
      { event: "error", code: "full", message: "no room" },
      { message: "no room", code: "full" },
    ],
    [
      { error_code: 110, error_msg: "no room" },
      { message: "no room", code: 110 },
    ],
    [
      { id: "c", choices: null, error_type: "BadRequestError", error_message: "too long" },
      { message: "too long", type: "BadRequestError" },
    ],
    [{ error_code: 17 }, { message: "", code: 17 }],
    [
      { text: "in its text", error_code: 17 },
      { message: "in its text", code: 17 },
    ],
    [{ text: "in its text", error: true }, { message: "in its text" }],
    [{ event: "abort", data: "" }, { message: "" }],
    [
      { errorCode: "QUOTA", errorMessage: "" },
      { message: "", code: "QUOTA" },
    ],
    [{ err: "no room" }, { message: "no room" }],
    [{ event: "failed", message: "x" }, { message: "x" }],
    [
      { type: "response.failed", response: { error: { code: "server_error", message: "x" } } },
      { message: "x", code: "server_error" },
    ],
    [
      { event: "thread.run.failed", status: "failed", last_error: { code: "c", message: "x" } },
      { message: "x", code: "c" },
    ],
    [
      { type: "RUN_ERROR", message: "x", code: "c" },
      { message: "x", code: "c" },
    ],
    [{ event: "error", data: "in its data" }, { message: "in its data" }],
    [{ event: "error", data: { error: "within" } }, { message: "within" }],
    [
      { type: "error", code: 7, data: { text: "within" } },
      { message: "within", code: 7 },
    ],
    [{ type: "error", content: "in its text" }, { message: "in its text" }],
    [{ type: "error", errorText: "x" }, { message: "x" }],
    [
      { choices: null, base_resp: { status_code: 1002, status_msg: "rate limit" } },
      { message: "rate limit", code: 1002 },
    ],
    [{ status: { code: 17, message: "quota" } }, { message: "quota", code: 17 }],
    [{ Response: { Error: { Code: "AuthFailure", Message: "x" } } }, { message: "x" }],
    [
      { Choices: [], ErrorMsg: { Msg: "x", Code: 4001 } },
      { message: "x", code: 4001 },
    ],
    [[{ a: 1 }, { error: { message: "x" } }], { message: "x" }],
    ['{"error":"in a line"}', { message: "in a line" }],
    [{ event: "message", data: '{"error":"raw"}' }, { message: "raw" }],
    [{ headers: {}, payload: { error: "framed" } }, { message: "framed" }],
  ])("finds the one in %j", (record, error) => {
    expect(recordError(valueOf(record), nameOf(record))).toMatchObject(error);
  });

  it.each<[unknown]>([
    [null],
    ["error"],
    ["{ not JSON"],
    [{ error: null }],
    [{ error: "" }],
    [{ error: {} }],
    [{ error: { code: 0, message: "ok" } }],
    [{ choices: [{ index: 1, delta: {}, error: "no room for another" }] }],
    [{ choices: [{ delta: {}, error: null, content_filter_results: { error: "not run" } }] }],
    [{ errors: ["x"] }],
    [{ text: "error" }],
    [{ error_code: 0, error_msg: "" }],
    [{ error_code: 0, error_msg: "success" }],
    [{ choices: [], error_msg: "ok", errorMessage: null }],
    [{ success: false, errors: [], message: "in a queue" }],
    [{ type: "response.mcp_call.failed", item_id: "m" }],
    [{ type: "thread.run.step.failed", id: "s" }],
    [{ type: "tool-output-error", errorText: "no such city" }],
    [{ event: "node_finished", data: { status: "failed", error: "a branch was taken" } }],
    [{ base_resp: { status_code: 0, status_msg: "success" } }],
    [{ status: { code: 0, message: "ok" }, header: { code: 200, message: "OK" } }],
    [{ status: { code: 102, message: "Processing" } }],
    [{ type: "tool_result", status: { code: 5, message: "no such city" } }],
    [{ type: "tool_result", error_message: "no such city" }],
    [{ type: "tool_result", error: "no such city" }],
    [{ role: "tool", tool_call_id: "t", error: { message: "no such city" } }],
    [{ type: "warning", error: "an old model" }],
    [{ object: "thread.run.step", status: "failed", last_error: { code: "c", message: "x" } }],
    [{ error_code: "0", error_msg: "" }],
    [{ error_code: 200, error_msg: "成功" }],
    [{ errorCode: "00000", errorMessage: "request success" }],
    [{ error_message: "None" }],
    [{ error: "none" }],
    [{ error: { code: "200", message: "success" } }],
    [{ status: { code: 10_000, description: "Ok" } }],
    [{ status: { code: "STATUS_CODE_OK", message: "fine" } }],
    [{ status: { code: "RUNNING", message: "it goes on" } }],
    [{ status: { code: 2 }, last_error: { code: 0, msg: "" } }],
    [[[{ error: "too deep" }]]],
  ])("finds none in %j", (record) => {
    expect(recordError(valueOf(record), nameOf(record))).toBeUndefined();
  });

  it("finds none in an event that tells of a tool", () => {
    expect(recordError({ error: "no such city" }, "tool_result")).toBeUndefined();
    const event = { event: "on_tool_error", data: '{"error":"no such city"}' };
    expect(recordError(valueOf(event), event.event)).toBeUndefined();
    expect(recordError({ error: "no room" }, "message")).toBeDefined();
  });

  it("takes an event of that name for one, whatever it says", () => {
    expect(recordError("no room", "error")).toMatchObject({ message: "no room" });
    expect(recordError("", "error")).toEqual({ message: "" });
    expect(recordError("null", "error")).toEqual({ message: "" });
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
    [
      { success: false, errors: [{ code: 3, message: "x" }], result: null, messages: [], data: {} },
      { message: "x", code: 3 },
    ],
    [
      { errors: [{ code: "c", message: "x" }], trace: "t", status_code: 500 },
      { message: "x", code: "c" },
    ],
    [{ status: "error", message: "no model" }, { message: "no model" }],
    [{ type: "urn:problem", title: "Busy", status: 500, instance: "/v1" }, { message: "Busy" }],
    [{ code: 10_013, message: "refused", sid: "s" }, { message: "refused" }],
    [{ success: false, code: 1001 }, { code: 1001 }],
    [{ code: 503 }, { code: 503 }],
    [
      { status: "error", message: "no room", session_id: "s-1", model: "m" },
      { message: "no room" },
    ],
    [{ success: false, message: "no room", conversationId: "c" }, { message: "no room" }],
    [{ code: 503, message: "no room", uuid: "u" }, { code: 503 }],
  ])("finds the one in %j", (record, error) => {
    expect(bareError(record)).toMatchObject(error);
    expect(bareError(valueOf(JSON.stringify(record)))).toMatchObject(error);
  });

  it.each<[unknown]>([
    [{ message: "loading", code: 0 }],
    [{ message: "loading", status: "pulling" }],
    [{ status: 500, total: 1000, message: "half" }],
    [{ detail: "queued", id: "j-1" }],
    [{ errors: [] }],
    [{ code: 20_000, message: "Success" }],
    [{ code: 10_000, msg: "操作成功", data: null }],
    [{ success: true, code: 1000, message: "it begins" }],
    [{ code: 20_000, text: "" }],
    [{ status: "success", code: 1000, message: "it begins" }],
    [{ status: "STATUS_OK", code: 1000, message: "it begins" }],
    [{ type: "thinking", detail: "how many there are" }],
    [{ event: "thinking", data: '{"detail":"how many there are"}' }],
    [{ type: "tool_result", success: false, message: "no such city" }],
    [{ code: 10_001, message: "it goes on", conversation_id: "c" }],
    [{ status: "error", message: "no such city", tool_call_id: "t" }],
    [{ status: "failed", node_id: "n", message: "no such city" }],
    [{ detail: "how many there are", session_id: "s" }],
    [["x"]],
    [null],
  ])("finds none in %j", (record) => {
    expect(bareError(valueOf(record), nameOf(record), true)).toBeUndefined();
  });
});

describe("silentError", () => {
  it.each([
    { code: 1, msg: "finished" },
    { code: -1, message: "end" },
    { status: false, message: "closed" },
  ])("takes the words that all is done for no error: %j", (record) => {
    expect(silentError(record)).toBeUndefined();
    expect(silentError({ ...record, code: 500 })).toBeDefined();
  });
});

describe("bareError with an event's name", () => {
  it("takes none of a tool, and no detail of an event that has a name", () => {
    const failed = { status: "error", message: "no such city" };
    expect(bareError(failed, "tool_result")).toBeUndefined();
    expect(bareError(failed, "status")).toMatchObject({ message: "no such city" });
    expect(bareError({ detail: "how many there are" }, "thinking")).toBeUndefined();
    expect(bareError({ detail: "no room" }, "message")).toMatchObject({ message: "no room" });
    expect(bareError({ type: "about:blank", detail: "no room" })).toMatchObject({
      message: "no room",
    });
  });
});

describe("silentError of a record with which the stream ended", () => {
  it.each<[unknown, object]>([
    [
      { code: "InvalidParameter", message: "too long", request_id: "r" },
      { message: "too long", code: "InvalidParameter" },
    ],
    [
      { code: -1, msg: "no room" },
      { message: "no room", code: -1 },
    ],
    [{ status: false, msg: "no room" }, { message: "no room" }],
  ])("finds the one in %j, which goes on nowhere", (record, error) => {
    expect(silentError(record, undefined, true)).toBeUndefined();
    expect(silentError(record)).toMatchObject(error);
  });

  it.each<[unknown]>([
    [{ code: 0, message: "it is over" }],
    [{ code: 200, message: "it is over" }],
    [{ code: "finished", message: "it is over" }],
    [{ code: "END", message: "it is over" }],
    [{ code: 1, message: "success" }],
    [{ success: true, code: "A1", message: "it is over" }],
    [{ status: "success", code: "A1", message: "it is over" }],
    [{ code: "A1", message: "it is over", conversation_id: "c" }],
    [{ code: "A1", message: "it is over", usage: { total_tokens: 3 } }],
    [{ type: "tool_result", code: "A1", message: "no such city" }],
    [{ message: "it is over" }],
    [{ code: "A1" }],
    ["it is over"],
  ])("finds none in %j", (record) => {
    expect(silentError(record)).toBeUndefined();
  });
});

describe("isCalledError", () => {
  it("goes by the event's name, and by the record's own", () => {
    expect(isCalledError({ content: "x" }, "error")).toBe(true);
    for (const name of ["type", "event", "object"]) {
      expect(isCalledError({ [name]: "error", content: "x" }, "message")).toBe(true);
    }
    expect(isCalledError({ error: true, text: "x" }, "message")).toBe(true);
    expect(isCalledError({ error_code: 50_001, text: "x" }, undefined)).toBe(true);
    expect(isCalledError({ type: "token", content: "error" }, "errors")).toBe(false);
    expect(isCalledError({ error: false, error_code: 0, text: "x" }, undefined)).toBe(false);
    expect(isCalledError({ error: "x", error_code: null, text: "x" }, undefined)).toBe(false);
    expect(isCalledError("error", undefined)).toBe(false);
    expect(isCalledError(null, undefined)).toBe(false);
  });
});
