import { load } from "@langchain/core/load";
import { AIMessage, AIMessageChunk, type ToolCallChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";

const arriving = (args: string): ToolCallChunk => {
  return { type: "tool_call_chunk", index: 0, id: "1", name: "f", args };
};

describe("StreamedMessageChunk", () => {
  it("shows reasoning, text and calls as blocks", () => {
    const message = new StreamedMessageChunk({
      content: "text",
      additional_kwargs: { reasoning_content: "thought" },
      tool_call_chunks: [arriving('{"a":1}')],
    });
    expect(message.contentBlocks).toMatchObject([
      { type: "reasoning", reasoning: "thought" },
      { type: "text", text: "text" },
      { type: "tool_call", name: "f", args: { a: 1 } },
    ]);
  });

  it("shows half a call as one that is arriving, and as none when the answer is over", () => {
    const of = (response_metadata: Record<string, unknown>) =>
      new StreamedMessageChunk({
        content: "",
        response_metadata,
        tool_call_chunks: [arriving('{"a":')],
      });
    expect(of({}).contentBlocks).toMatchObject([{ type: "tool_call_chunk", args: '{"a":' }]);
    const over = of({ finish_reason: "length" });
    expect(over.contentBlocks).toMatchObject([{ type: "invalid_tool_call", args: '{"a":' }]);
    expect(over.tool_calls).toEqual([]);
    expect(over.invalid_tool_calls).toMatchObject([{ id: "1", name: "f" }]);
  });

  it("holds the calls of an answer in blocks once, however its end was announced", () => {
    for (const end of [{ finish_reason: "tool_calls" }, {}]) {
      const message = new StreamedMessageChunk({
        content: [{ ...arriving('{"a":1}') }],
        response_metadata: { ...end, output_version: "v1", attempts: 1 },
        tool_call_chunks: [arriving('{"a":1}')],
      });
      const copy = new AIMessage({ ...message } as never);
      expect(copy.contentBlocks).toMatchObject([{ type: "tool_call", args: { a: 1 } }]);
    }
  });

  it("is an AIMessageChunk under the name that LangChain knows", async () => {
    const message = new StreamedMessageChunk("text");
    expect(message).toBeInstanceOf(AIMessageChunk);
    expect(message.lc_id.at(-1)).toBe("AIMessageChunk");
    const read = await load<AIMessage>(JSON.stringify(message));
    expect(read.content).toBe("text");
  });

  it("stays one when it is joined with another", () => {
    const whole = new StreamedMessageChunk("a").concat(new StreamedMessageChunk("b"));
    expect(whole.content).toBe("ab");
  });
});
