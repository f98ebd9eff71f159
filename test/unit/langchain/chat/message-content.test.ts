import { describe, expect, it } from "vitest";
import {
  BlockContent,
  StringContent,
  toolCallChunk,
  type ContentFactory,
} from "../../../../src/langchain/chat/message-content.js";
import type { Delta } from "../../../../src/streaming/delta/delta.js";

const contents = (factory: ContentFactory, ...deltas: Delta[]) =>
  deltas.map((delta) => factory.fieldsOf(delta).content);
const IMAGE = { type: "image", url: "x" };

describe("StringContent", () => {
  it("is the text, with the rest beside it", () => {
    const fields = new StringContent().fieldsOf({ text: "a", reasoning: "t", refusal: "r" });
    expect(fields).toEqual({
      content: "a",
      additional_kwargs: { reasoning_content: "t", refusal: "r" },
    });
  });

  it("has pieces that come alone in the string, or beside it, until a block comes", () => {
    const content = new StringContent();
    expect([content.ofText("a"), content.ofReasoning("t"), content.ofArguments()]).toEqual([
      "a",
      "",
      "",
    ]);
    expect([content.hasBlocks, content.takesPieces]).toEqual([false, true]);
    const signature = { type: "reasoning", signature: "s" };
    const [blocks] = contents(content, { text: "", blocks: [signature] });
    expect(blocks).toEqual([{ ...signature, reasoning: "t" }]);
    expect(content.takesPieces).toBe(false);
  });

  it("becomes blocks where one comes, whose pieces of text find each other", () => {
    const [first, second, third] = contents(
      new StringContent(),
      { text: "a" },
      { text: "b", blocks: [IMAGE] },
      { text: "c" },
    );
    expect(first).toBe("a");
    expect(second).toEqual([{ type: "text", text: "b", index: 0 }, IMAGE]);
    expect(third).toMatchObject([{ type: "text", text: "c" }]);
  });

  it("gives blocks of one id a place each, by which LangChain tells them apart", () => {
    const search = { type: "web_search_call", id: "ws_1" };
    const all = contents(
      new StringContent(),
      { text: "", blocks: [{ ...search, status: "searching" }] },
      { text: "", blocks: [{ ...search, status: "completed" }] },
    );
    expect(all.flat()).toEqual([
      { ...search, status: "searching", index: 0 },
      { ...search, status: "completed", index: 1 },
    ]);
  });

  it("puts the thought so far to its signature", () => {
    const signature = { type: "reasoning", signature: "s" };
    const factory = new StringContent();
    factory.skip({ text: "", reasoning: "thou" });
    const [content] = contents(factory, { text: "", reasoning: "ght", blocks: [signature] });
    expect(content).toEqual([{ ...signature, reasoning: "thought" }]);
  });
});

describe("BlockContent", () => {
  it("has a block for each kind, at the place where it began", () => {
    const all = contents(
      new BlockContent(),
      { text: "", reasoning: "t" },
      { text: "a" },
      { text: "b" },
      { text: "", blocks: [IMAGE] },
      { text: "c" },
    );
    expect(all.flat()).toEqual([
      { type: "reasoning", reasoning: "t", index: 0 },
      { type: "text", text: "a", index: 1 },
      { type: "text", text: "b", index: 1 },
      { ...IMAGE, index: 2 },
      { type: "text", text: "c", index: 3 },
    ]);
  });

  it("places a piece that comes alone as one of a delta", () => {
    const [alone, ofDeltas] = [new BlockContent(), new BlockContent()];
    const call = { index: 5, args: "{" };
    expect([
      alone.ofText("a"),
      alone.ofArguments(5, "{"),
      alone.ofText(""),
      alone.ofReasoning("r"),
      alone.ofReasoning(""),
      alone.ofText("b"),
      alone.ofArguments(5, "{"),
    ]).toEqual(
      contents(
        ofDeltas,
        { text: "a" },
        { text: "", toolCalls: [call] },
        { text: "" },
        { text: "", reasoning: "r" },
        { text: "", reasoning: "" },
        { text: "b" },
        { text: "", toolCalls: [call] },
      ),
    );
  });

  it("keeps the place of a call, however they interleave", () => {
    const piece = (index: number, args: string) => ({ text: "", toolCalls: [{ index, args }] });
    const all = contents(new BlockContent(), piece(0, "a"), piece(1, "b"), piece(0, "c"));
    expect(
      all.flat().map((block) => Reflect.get(Object(block) as object, "index") as unknown),
    ).toEqual([0, 1, 0]);
  });
});

describe("toolCallChunk", () => {
  it("is a piece as LangChain has it", () => {
    expect(toolCallChunk({ index: 0, args: "{" })).toEqual({
      type: "tool_call_chunk",
      index: 0,
      args: "{",
    });
  });
});
