import { AIMessageChunk, type ToolCallChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  completeToolCall,
  defineToolCalls,
  invalidToolCall,
  isOver,
} from "../../../../src/langchain/chat/message-tool-calls.js";

const piece = (args: string, more: Partial<ToolCallChunk> = {}): ToolCallChunk => {
  return { type: "tool_call_chunk", index: 0, id: "1", name: "f", args, ...more };
};

/** The calls of a message that has these pieces. */
function calls(chunks: ToolCallChunk[], response_metadata: Record<string, unknown> = {}) {
  const message = new AIMessageChunk({
    content: "",
    response_metadata,
    tool_call_chunks: chunks,
  });
  defineToolCalls(message);
  return { valid: message.tool_calls, invalid: message.invalid_tool_calls };
}
const OVER = { finish_reason: "length" };

describe("defineToolCalls", () => {
  it("takes a whole call for one", () => {
    expect(calls([piece('{"a":1}')], OVER)).toMatchObject({
      valid: [{ id: "1", name: "f", args: { a: 1 } }],
      invalid: [],
    });
  });

  it("takes half a call for none once the answer is over", () => {
    expect(calls([piece('{"a":')], OVER)).toMatchObject({
      valid: [],
      invalid: [{ id: "1", name: "f", args: '{"a":' }],
    });
    expect(calls([piece("{}", { name: undefined } as never)], OVER).valid).toEqual([]);
  });

  it("joins the pieces of one call", () => {
    const rest = { type: "tool_call_chunk", index: 0, args: ":1}" } as const;
    expect(calls([piece('{"a"'), rest], OVER).valid).toMatchObject([{ args: { a: 1 } }]);
    const other = piece("{}", { index: 1, id: "2" });
    expect(calls([piece("{}"), other], OVER).valid).toMatchObject([{ id: "1" }, { id: "2" }]);
  });
});

describe("isOver", () => {
  it("goes by the finish reason, the attempts of the whole call, or a call that was given up", () => {
    const of = (response_metadata: Record<string, unknown>, more = {}) =>
      isOver(
        new AIMessageChunk({
          content: "",
          response_metadata,
          tool_call_chunks: [piece("{", more)],
        }),
      );
    expect([of({}), of(OVER), of({}, { error: "cut" })]).toEqual([false, true, true]);
    expect(of({ attempts: 1 })).toBe(true);
  });
});

describe("completeToolCall and invalidToolCall", () => {
  it("tell a call from what is none", () => {
    expect(completeToolCall(piece(""))).toEqual({
      type: "tool_call",
      id: "1",
      name: "f",
      args: {},
    });
    for (const args of ["{", "[]", "1"]) expect(completeToolCall(piece(args))).toBeUndefined();
    expect(invalidToolCall(piece("{"))).toMatchObject({ type: "invalid_tool_call", args: "{" });
    expect(invalidToolCall({ ...piece("{"), error: "cut" }).error).toBe("cut");
  });
});
