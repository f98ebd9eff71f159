import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { checkBlocks } from "../../../../src/langchain/chat/check-blocks.js";

const check = (blocks: unknown) => () => checkBlocks({ blocks: blocks as [] }, "parseChunk");

describe("checkBlocks", () => {
  it("takes content blocks, and none", () => {
    for (const blocks of [undefined, null, [], [{ type: "image" }, { type: "text" }]]) {
      expect(check(blocks)).not.toThrow();
    }
  });

  it.each<[unknown[], RegExp]>([
    [[{ type: "image" }, null], /entry 1 is no content block/],
    [["words"], /entry 0 is no content block/],
    [[{ url: "https://i" }], /entry 0 is no content block/],
    [[{ type: "tool_call", name: "f", args: {} }], /Say it as toolCalls/],
  ])("refuses %j", (blocks, message) => {
    expect(check(blocks)).toThrow(HookError);
    expect(check(blocks)).toThrow(message);
  });
});
