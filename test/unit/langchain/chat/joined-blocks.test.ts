import { AIMessageChunk, type ContentBlock } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { JoinedBlocks } from "../../../../src/langchain/chat/joined-blocks.js";

const block = (fields: object): ContentBlock => ({ type: "text", ...fields });

describe("JoinedBlocks", () => {
  it("joins blocks to what LangChain makes of them", () => {
    const some = fc
      .record(
        {
          type: fc.constantFrom("text", "other"),
          index: fc.constantFrom(0, 1, 2, "0", "a"),
          id: fc.constantFrom("x", "y", ""),
          text: fc.constantFrom("", "t", "u"),
          list: fc.constant([1]),
        },
        { requiredKeys: ["type"] },
      )
      .map((fields) => fields as ContentBlock);
    const chunks = fc.array(fc.array(some, { maxLength: 3 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(chunks, ([first = [], ...others]) => {
        const joined = new JoinedBlocks(structuredClone(first));
        let message = new AIMessageChunk({ content: structuredClone(first) });
        for (const content of others) {
          joined.add(structuredClone(content));
          message = message.concat(new AIMessageChunk({ content: structuredClone(content) }));
        }
        expect(joined.all()).toEqual(message.content);
        expect(joined).toHaveLength(message.content.length);
      }),
    );
  });

  it("takes very many blocks, one by one, and changes none that it was given", () => {
    const first = block({ text: "a", index: 0 });
    const joined = new JoinedBlocks([first]);
    for (let at = 1; at < 60_000; at++) joined.add([{ type: "other", index: at, value: at }]);
    joined.add([block({ text: "b", index: 0 })]);
    expect(joined).toHaveLength(60_000);
    expect(joined.all()[0]).toEqual(block({ text: "ab", index: 0 }));
    expect(first).toEqual(block({ text: "a", index: 0 }));
  });

  it("tells the author of what LangChain cannot join", () => {
    const joined = new JoinedBlocks([block({ index: 0, value: 1 })]);
    expect(() => joined.add([block({ index: 0, value: "1" })])).toThrow(HookError);
  });
});
