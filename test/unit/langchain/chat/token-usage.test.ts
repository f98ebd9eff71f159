import { AIMessageChunk, type AIMessageChunkFields } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  combineTokenUsage,
  fromUsageMetadata,
  tokenUsage,
  usageMetadata,
} from "../../../../src/langchain/chat/token-usage.js";

const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  details: { cacheReadTokens: 4, reasoningTokens: 2 },
};

describe("usageMetadata", () => {
  it("has LangChain's names, the sum, and only the details that are known", () => {
    expect(usageMetadata(USAGE)).toEqual({
      input_tokens: 10,
      output_tokens: 5,
      total_tokens: 15,
      input_token_details: { cache_read: 4 },
      output_token_details: { reasoning: 2 },
    });
    const total = usageMetadata({ totalTokens: 20 });
    expect(total).toMatchObject({ total_tokens: 20 });
    expect(total).not.toHaveProperty("input_tokens");
  });

  it("comes back as it was", () => {
    expect(fromUsageMetadata(usageMetadata(USAGE))).toMatchObject(USAGE);
    expect(fromUsageMetadata(usageMetadata(USAGE)).totalTokens).toBeUndefined();
    expect(fromUsageMetadata(usageMetadata({ outputTokens: 1 })).inputTokens).toBeUndefined();
  });
});

describe("tokenUsage", () => {
  it("is the output's part of it, and adds up", () => {
    const message = new AIMessageChunk({
      content: "",
      usage_metadata: usageMetadata(USAGE),
    } as AIMessageChunkFields);
    const output = tokenUsage(message);
    expect(output).toEqual({
      tokenUsage: { promptTokens: 10, completionTokens: 5, totalTokens: 15 },
    });
    expect(combineTokenUsage([output, undefined, output])).toEqual({
      tokenUsage: { promptTokens: 20, completionTokens: 10, totalTokens: 30 },
    });
    expect(tokenUsage(new AIMessageChunk(""))).toEqual({});
    expect(combineTokenUsage([{}, undefined])).toEqual({});
  });
});
