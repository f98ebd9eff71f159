import { describe, expect, it } from "vitest";
import {
  hasContentBehindText,
  hasOtherContent,
  OtherContent,
} from "../../../../src/streaming/answer/other-content.js";
import { ToolCallAssembler } from "../../../../src/streaming/answer/tool-call-assembler.js";

const content = (keepsReasoning = false) =>
  new OtherContent(new ToolCallAssembler(), keepsReasoning);

describe("OtherContent", () => {
  it("gives what a delta has besides its text, together with its facts", () => {
    const blocks = [{ type: "image" }];
    const delta = { text: "a", reasoning: "so", refusal: "no", blocks };
    const news = content().newIn(delta, { id: "1" }, 1, "parseChunk");
    expect(news).toEqual({ id: "1", reasoning: "so", refusal: "no", blocks });
    expect(content().newIn({ text: "a" }, undefined, 1, "parseChunk")).toBeUndefined();
  });

  it("copies blocks, which a hook may fill again", () => {
    const block = { type: "image", url: "a" };
    const news = content().newIn({ blocks: [block] }, undefined, 1, "parseChunk");
    block.url = "b";
    expect(news?.blocks).toEqual([{ type: "image", url: "a" }]);
  });

  it("remembers reasoning only where it has to be known later", () => {
    const [kept, other] = [content(true), content()];
    for (const reasoning of ["so ", "be it"]) {
      kept.newIn({ reasoning }, undefined, 1, "parseChunk");
      other.newIn({ reasoning }, undefined, 1, "parseChunk");
    }
    expect([kept.reasoning, other.reasoning]).toEqual(["so be it", ""]);
    expect(kept.isReasoningOnly).toBe(true);
  });

  it("tells when more than reasoning has come", () => {
    const call = { index: 0, id: "1", name: "f", args: "{}" };
    for (const delta of [
      { refusal: "no" },
      { blocks: [{ type: "image" }] },
      { toolCalls: [call] },
    ]) {
      const other = content();
      expect(other.isReasoningOnly).toBe(true);
      other.newIn(delta, undefined, 1, "parseChunk");
      expect(other.isReasoningOnly).toBe(false);
    }
  });

  it("has no tool calls where nobody reads them", () => {
    const none = new OtherContent(undefined, false);
    const toolCalls = [{ index: 0, id: "1", name: "f", args: "{}" }];
    expect(none.newIn({ toolCalls }, undefined, 1, "parseChunk")).toBeUndefined();
    expect([none.takesCalls, none.cumulativeCalls()]).toEqual([false, undefined]);
    expect(content().takesCalls).toBe(true);
  });
});

describe("hasContentBehindText", () => {
  it("leaves out reasoning, which stands before the text", () => {
    expect([
      hasOtherContent({ reasoning: "so" }),
      hasContentBehindText({ reasoning: "so" }),
    ]).toEqual([true, false]);
    expect([hasOtherContent({ refusal: "no" }), hasContentBehindText({ refusal: "no" })]).toEqual([
      true,
      true,
    ]);
    expect(hasOtherContent({ text: "a", toolCalls: [], blocks: [] })).toBe(false);
  });
});
