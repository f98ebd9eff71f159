import { AIMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  answerBlocks,
  callBlocks,
  contentBlocks,
  holdsAll,
} from "../../../../src/langchain/chat/answer-blocks.js";

const CALL = { id: "1", name: "f", args: {} };
const INVALID = { id: "2", name: "g", args: "{", error: "cut" };
const message = new AIMessage({
  content: "text",
  additional_kwargs: { reasoning_content: "thought", refusal: "no" },
  tool_calls: [CALL],
  invalid_tool_calls: [INVALID],
});
const types = (blocks: readonly { type: string }[]) => blocks.map(({ type }) => type);

describe("answerBlocks", () => {
  it("are reasoning, content, refusal and calls, in this order", () => {
    expect(types(answerBlocks(message))).toEqual([
      "reasoning",
      "text",
      "refusal",
      "tool_call",
      "invalid_tool_call",
    ]);
    expect(types(answerBlocks(message, []))).toEqual(["reasoning", "text", "refusal"]);
  });

  it("say no thought twice", () => {
    const thought = new AIMessage({
      content: [{ type: "reasoning", reasoning: "a" }],
      additional_kwargs: { reasoning_content: "a" },
    });
    expect(types(answerBlocks(thought))).toEqual(["reasoning"]);
  });

  it("say a thought that has no signature, since it was cut off, behind those that have one", () => {
    const signed = { type: "reasoning", reasoning: "a", signature: "s" };
    const blocksOf = (reasoning_content: string) =>
      answerBlocks(new AIMessage({ content: [signed], additional_kwargs: { reasoning_content } }));
    expect(blocksOf("ab")).toEqual([signed, { type: "reasoning", reasoning: "b" }]);
    expect(blocksOf("of another hand")).toEqual([signed]);
  });

  it("are none of an empty answer", () => {
    expect(answerBlocks(new AIMessage(""))).toEqual([]);
  });
});

describe("callBlocks and contentBlocks", () => {
  it("are the calls, and the content as a list", () => {
    expect(callBlocks(message)).toMatchObject([
      { ...CALL, type: "tool_call" },
      { ...INVALID, type: "invalid_tool_call" },
    ]);
    expect(contentBlocks("a")).toEqual([{ type: "text", text: "a" }]);
    expect(contentBlocks("")).toEqual([]);
    const list = [{ type: "text", text: "a" }];
    expect(contentBlocks(list)).toBe(list);
  });
});

describe("holdsAll", () => {
  it("counts each kind of block", () => {
    const own = answerBlocks(message);
    expect(holdsAll(own, own)).toBe(true);
    expect(holdsAll([...own, ...own], own)).toBe(true);
    expect(holdsAll(own.slice(1), own)).toBe(false);
  });
});
