import { AIMessageChunk, type ToolCallChunk } from "@langchain/core/messages";
import { concat } from "@langchain/core/utils/stream";
import { describe, expect, it } from "vitest";
import {
  lastCallBlocks,
  ToolCallAccumulator,
} from "../../../../src/langchain/chat/tool-call-accumulator.js";

const chunk = (...calls: Partial<ToolCallChunk>[]) =>
  new AIMessageChunk({
    content: "",
    tool_call_chunks: calls.map((call) => ({ type: "tool_call_chunk", ...call })),
  });

describe("ToolCallAccumulator", () => {
  it("makes of the pieces what LangChain's concat makes of them", () => {
    const chunks = [
      chunk({ index: 0, id: "a", name: "f", args: "" }),
      chunk({ index: 0, args: '{"x"' }, { index: 1, id: "b", name: "g", args: "{" }),
      chunk({ index: 1, args: "}" }),
      chunk({ index: 0, args: ":1}" }),
    ];
    const calls = new ToolCallAccumulator();
    expect(calls.isEmpty).toBe(true);
    for (const one of chunks) calls.add(one, 0);
    expect(calls.isEmpty).toBe(false);
    const whole = chunks.reduce((all, one) => concat(all, one));
    expect(calls.chunks()).toEqual(whole.tool_call_chunks);
  });

  it("adds bare arguments to a call that has begun, and to no other", () => {
    const calls = new ToolCallAccumulator();
    calls.add(chunk({ index: 0, id: "a", name: "f", args: "{" }), 0);
    expect(calls.addArguments(0, "}")).toBe(true);
    expect(calls.addArguments(1, "}")).toBe(false);
    expect(calls.chunks()).toMatchObject([{ index: 0, id: "a", name: "f", args: "{}" }]);
  });

  it("puts the calls in their places among other blocks", () => {
    const calls = new ToolCallAccumulator();
    calls.add(chunk({ index: 0, id: "a", name: "f", args: "{}" }), 1);
    const blocks = [{ type: "text" }, { type: "image" }];
    expect(calls.among(blocks).map(({ type }) => type)).toEqual([
      "text",
      "tool_call_chunk",
      "image",
    ]);
  });
});

describe("lastCallBlocks", () => {
  it("are the last blocks of a chunk that has its calls among its content", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "tool_call_chunk", index: 3 },
    ];
    const message = new AIMessageChunk({
      content,
      response_metadata: { output_version: "v1" },
      tool_call_chunks: [{ type: "tool_call_chunk", index: 0 }],
    });
    expect(lastCallBlocks(message)).toMatchObject([{ type: "tool_call_chunk", index: 3 }]);
    expect(lastCallBlocks(chunk({ index: 0 }))).toEqual([]);
  });
});
