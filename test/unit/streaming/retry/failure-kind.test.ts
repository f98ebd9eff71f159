import { describe, expect, it } from "vitest";
import { ModelStreamError } from "../../../../src/errors.js";
import { isContextOverflow, isModelLoading } from "../../../../src/streaming/retry/failure-kind.js";
import { isPermanent } from "../../../../src/streaming/retry/permanent-failure.js";
import { isRetryable } from "../../../../src/streaming/retry/retry.js";

describe("isContextOverflow", () => {
  it.each([
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
    "the request exceeds the available context size, try increasing it",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "prompt is too long: 210000 tokens > 200000 maximum",
    "Input is too long for requested model.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model",
    "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    "Please reduce the length of the messages or completion.",
    "Invalid request: Your request exceeded model token limit: 8192",
    "Prompt exceeds max length",
    "Range of input length should be [1, 30720]",
    "Input validation error: `inputs` must have less than 1024 tokens. Given: 2000",
    "too many tokens: size limit exceeded by 3013 tokens. Try using shorter or fewer inputs",
    "invalid params, context window exceeds limit (2013)",
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    "Prompt length 5000 is greater than max_seq_len 4096",
    "Prompt length (5000) exceeds maximum input length (4096).",
    "The sum of prompt length (5000) and max_tokens (16) should not exceed max_num_tokens (4096)",
    "Input prompt exceeds max session len: 5000 > 4096",
    "Number of prompt tokens 5000 has exceeded the model max_length: 4096",
    "litellm.ContextWindowExceededError: litellm.BadRequestError",
    "Input token length is too long",
    "input (5000 tokens) is too large to process. increase the physical batch size",
  ])("knows %j", (message) => {
    expect(isContextOverflow({ message, status: 400 })).toBe(true);
    expect(isContextOverflow({ message })).toBe(true);
  });

  it("knows the code, whatever the words are", () => {
    const message = "no";
    expect(isContextOverflow({ message, providerCode: "context_length_exceeded" })).toBe(true);
    expect(isContextOverflow({ message, providerType: "exceed_context_size_error" })).toBe(true);
  });

  it.each([
    "ContextWindowExceededError",
    "context-length-exceeded",
    "context_overflow",
    "prompt_too_long",
    "tokens_limit_reached",
  ])("knows the code %s, which is permanent too", (code) => {
    expect(isContextOverflow({ message: "no", providerCode: code })).toBe(true);
    const error = new ModelStreamError("no", { code });
    expect([isPermanent(error), isRetryable(error)]).toEqual([true, false]);
  });

  it.each([
    "max_tokens must be at least 1",
    "context must be an object",
    "The context window is small.",
    "Too many tokens, please wait before trying again.",
    "the request is larger than 1 MB",
    "max_tokens exceeds the maximum number of output tokens, 4096",
    "max_seq_len must be greater than 0",
    "the request exceeds the maximum input tokens per minute",
    "the limit of input tokens per minute is exceeded",
    "the file of max input size was read, and the input is well",
    "input images is too large to process",
    "Rate limit exceeded: 30000 tokens per minute",
  ])("takes %j for something else", (message) => {
    expect(isContextOverflow({ message, status: 400 })).toBe(false);
  });

  it("takes a limit of tokens per minute for one", () => {
    const message = "prompt is too long for the tokens that are left in this minute";
    expect(isContextOverflow({ message, status: 429 })).toBe(false);
  });
});

describe("isModelLoading", () => {
  it.each([
    "Loading model",
    "Model bigscience/bloom is currently loading",
    "The model is warming up",
    "model is not ready",
    "The model has not been loaded yet",
  ])("knows %j", (message) => {
    expect(isModelLoading({ message, status: 503 })).toBe(true);
  });

  it("goes by a 503 only, and by words of its own", () => {
    expect(isModelLoading({ message: "Loading model failed", status: 500 })).toBe(false);
    expect(isModelLoading({ message: "no worker is free; overloaded", status: 503 })).toBe(false);
  });
});
