import { describe, expect, it } from "vitest";
import {
  isAsideName,
  isBeginName,
  isEndFlag,
  isEndName,
  isFailureName,
  isLastName,
  isPartName,
  isPartType,
  isToolName,
} from "../../../../src/streaming/provider/record-names.js";

describe("isFailureName", () => {
  it.each([
    "error",
    "ERROR",
    "failure",
    "response.failed",
    "RUN_ERROR",
    "conversation.chat.failed",
    "abort",
    "cancelled",
    "stream_aborted",
  ])("knows %s", (name) => {
    expect(isFailureName(name)).toBe(true);
  });

  it.each(["errors", "response.mcp_call.failed", "tool-output-error", "message", undefined])(
    "does not take %s for one",
    (name) => {
      expect(isFailureName(name)).toBe(false);
    },
  );
});

describe("isEndName", () => {
  it.each([
    "done",
    "END",
    "complete",
    "message_end",
    "message_stop",
    "workflow_finished",
    "process_completed",
    "response.incomplete",
    "thread.run.completed",
  ])("knows %s", (name) => {
    expect(isEndName(name)).toBe(true);
  });

  it.each([
    "node_finished",
    "tool_end",
    "step.done",
    "iteration_completed",
    "ended_at",
    "message",
    "conversation.message.completed",
    "response.output_text.done",
  ])("does not take %s for one", (name) => {
    expect(isEndName(name)).toBe(false);
  });
});

describe("the bounds of an answer", () => {
  it.each(["message-start", "messageStart", "RUN_STARTED", "response.in_progress", "start-step"])(
    "begin with %s",
    (name) => {
      expect([isBeginName(name), isLastName(name)]).toEqual([true, false]);
    },
  );

  it.each(["done", "final", "finalAnswer", "close", "[DONE]", "[None]", "<end>", "<|im_end|>"])(
    "end with %s",
    (name) => {
      expect([isBeginName(name), isLastName(name)]).toEqual([false, true]);
    },
  );

  it.each([
    "start",
    "begin",
    "workflow_started",
    "tool_start",
    "content_block_start",
    "a [word]",
    "[1, 2]",
    "",
  ])("are not %s", (name) => {
    expect([isBeginName(name), isLastName(name)]).toEqual([false, false]);
  });
});

describe("isEndFlag", () => {
  it.each(["done", "is_end", "isFinished", "is_last", "final", "stop", "close"])(
    "knows %s",
    (name) => {
      expect(isEndFlag(name)).toBe(true);
    },
  );

  it.each(["last", "sequence_end", "end_turn", "stopped_eos", "is_truncated"])(
    "does not take %s for one",
    (name) => {
      expect(isEndFlag(name)).toBe(false);
    },
  );
});

describe("isAsideName", () => {
  it.each([
    "content_filter_results",
    "prompt_cache",
    "usage",
    "audio",
    "web_search",
    "logging",
    "sources",
  ])("knows %s", (name) => {
    expect(isAsideName(name)).toBe(true);
  });

  it.each(["data", "dialog", "status_details", "response", "metadata", "workflow", "session"])(
    "does not take %s for one",
    (name) => {
      expect(isAsideName(name)).toBe(false);
    },
  );
});

describe("the name of a part of an answer", () => {
  it.each([
    ["tool_result", true, true, true],
    ["function_call", true, true, true],
    ["warning", true, true, true],
    ["agent_step", false, true, true],
    ["status", false, false, true],
    ["web_search", false, true, true],
    ["response", false, false, false],
    ["data", false, false, false],
    ["invalid_request_error", false, false, false],
  ])("is told from others: %s", (name, tool, part, type) => {
    const told = [isToolName(name), isPartName(name), isPartType(name)];
    expect(told).toEqual([tool, part, type]);
  });

  it("is a text", () => {
    expect([undefined, null, 5, {}].some(isToolName)).toBe(false);
  });
});
