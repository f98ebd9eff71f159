import { describe, expect, it } from "vitest";
import { joinLists, MessageJoiner } from "../../../../src/langchain/chat/message-joiner.js";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";

const chunk = (at: number) =>
  new StreamedMessageChunk({
    content: `${at} `,
    id: "run-1",
    response_metadata: { logprobs: [at], ...(at === 8 && { finish_reason: "stop" }) },
    usage_metadata: { input_tokens: at, output_tokens: 1, total_tokens: at + 1 } as never,
    tool_call_chunks: [
      { type: "tool_call_chunk", index: at % 2, args: `${at}`, ...(at < 2 && { id: `c-${at}` }) },
    ],
  });

describe("MessageJoiner", () => {
  it("joins chunks to the message that concat makes of them, one by one", () => {
    const joiner = new MessageJoiner();
    expect(joiner.message()).toBeUndefined();
    let all: StreamedMessageChunk | undefined;
    for (let at = 0; at < 9; at++) {
      joiner.add(chunk(at));
      all = all === undefined ? chunk(at) : all.concat(chunk(at));
      expect(JSON.stringify(joiner.message())).toBe(JSON.stringify(all));
      expect(joiner.message()?.tool_call_chunks).toEqual(all.tool_call_chunks);
    }
  });

  it("makes no more joins than there are chunks, and few of those that hold all", () => {
    let copied = 0;
    class Counted extends StreamedMessageChunk {
      override concat(other: Counted): this {
        const all = super.concat(other);
        copied += all.text.length;
        return Object.setPrototypeOf(all, Counted.prototype) as this;
      }
    }
    const joiner = new MessageJoiner();
    for (let at = 0; at < 1024; at++) joiner.add(new Counted("x"));
    expect(joiner.message()?.text).toHaveLength(1024);
    expect(copied).toBe(1024 * Math.log2(1024));
  });
});

describe("joinLists", () => {
  it("adds to a list in place, where LangChain would copy it", () => {
    const list: unknown[] = [1];
    expect(joinLists(list, [{ a: 1 }, 2])).toBe(list);
    expect(list).toEqual([1, { a: 1 }, 2]);
  });

  it("leaves to LangChain what that joins to an item before it, or leaves out", () => {
    const known = [{ index: 0, text: "a" }];
    const part = [{ index: 0, text: "b" }, { text: "" }, 3];
    expect(joinLists(known, part)).toEqual([{ index: 0, text: "ab" }, 3]);
    expect(known).toEqual([{ index: 0, text: "a" }]);
  });
});
