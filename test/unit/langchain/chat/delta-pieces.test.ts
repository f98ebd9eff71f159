import { describe, expect, it } from "vitest";
import {
  argumentsPiece,
  isCallsOnly,
  isPiece,
  isReasoningOnly,
} from "../../../../src/langchain/chat/delta-pieces.js";

const piece = { index: 0, args: "{" };

describe("isCallsOnly", () => {
  it("is true of pieces of calls and nothing else", () => {
    expect(isCallsOnly({ text: "", toolCalls: [piece, { ...piece, index: 1 }] })).toBe(true);
    expect(isCallsOnly({ text: "a", toolCalls: [piece] })).toBe(false);
    expect(isCallsOnly({ text: "", toolCalls: [piece], reasoning: "a" })).toBe(false);
  });
});

describe("isPiece", () => {
  it("is true of text and reasoning, with their probabilities or without", () => {
    expect(isPiece({ text: "a" })).toBe(true);
    expect(isPiece({ text: "a", reasoning: "b", logprobs: { content: [] } })).toBe(true);
    expect(isPiece({ text: "a", finishReason: "stop" })).toBe(false);
    expect(isPiece({ text: "", toolCalls: [piece] })).toBe(false);
  });
});

describe("isReasoningOnly", () => {
  it("is true of reasoning and nothing else", () => {
    expect(isReasoningOnly({ text: "", reasoning: "a" })).toBe(true);
    expect(isReasoningOnly({ text: "a", reasoning: "a" })).toBe(false);
    expect(isReasoningOnly({ text: "", reasoning: "a", toolCalls: [piece] })).toBe(false);
  });
});

describe("argumentsPiece", () => {
  it("is the piece of a delta that holds one, of arguments alone", () => {
    expect(argumentsPiece({ text: "", toolCalls: [piece] })).toBe(piece);
  });

  it.each([
    ["text as well", { text: "a", toolCalls: [piece] }],
    ["another fact", { text: "", toolCalls: [piece], finishReason: "tool_calls" }],
    ["two pieces", { text: "", toolCalls: [piece, { ...piece, index: 1 }] }],
    ["no piece", { text: "", toolCalls: [] }],
    ["no calls", { text: "" }],
    ["an id", { text: "", toolCalls: [{ ...piece, id: "a" }] }],
    ["a name", { text: "", toolCalls: [{ ...piece, name: "f" }] }],
    ["an error", { text: "", toolCalls: [{ ...piece, error: "cut off" }] }],
  ])("is none of a delta with %s", (_, delta) => {
    expect(argumentsPiece(delta)).toBeUndefined();
  });
});
