// @ts-check
import { randomUUID } from "node:crypto";

/**
 * OpenAI's `/v1/completions`, which vLLM, llama.cpp, LM Studio and others speak too: server-sent
 * events, a last one with the token counts if the request asks for it, and `[DONE]`.
 * @see https://platform.openai.com/docs/api-reference/completions
 * @type {import("./wire.js").Wire}
 */
export const openaiCompletions = {
  path: "/v1/completions",
  read: ({ prompt, stream, max_tokens, stop, seed }) => ({
    prompt,
    stream: stream ?? false,
    maxTokens: max_tokens,
    stop,
    seed,
  }),
  write: ({ model, stream_options }) => {
    const base = head(model);
    const includesUsage = stream_options?.include_usage === true;
    const completion = (/** @type {string} */ text, /** @type {string | null} */ finishReason) =>
      event({
        ...base,
        choices: [choice(text, finishReason)],
        ...(includesUsage && { usage: null }),
      });
    return {
      contentType: "text/event-stream; charset=utf-8",
      token: (text) => completion(text, null),
      end: (summary) =>
        completion("", summary.finishReason) +
        (includesUsage ? event({ ...base, choices: [], usage: usage(summary) }) : "") +
        "data: [DONE]\n\n",
    };
  },
  whole: ({ model }, text, summary) => ({
    ...head(model),
    choices: [choice(text, summary.finishReason)],
    usage: usage(summary),
  }),
  error: (message) => ({ error: { message, type: "invalid_request_error", code: null } }),
};

/** @param {object} data */
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;

/** @param {unknown} model */
const head = (model) => ({
  id: `cmpl-${randomUUID()}`,
  object: "text_completion",
  created: Math.floor(Date.now() / 1000),
  model: model ?? "alice",
});

/**
 * @param {string} text
 * @param {string | null} finishReason
 */
const choice = (text, finishReason) => ({
  text,
  index: 0,
  logprobs: null,
  finish_reason: finishReason,
});

/** @param {import("./wire.js").Summary} summary */
const usage = ({ promptTokens, outputTokens }) => ({
  prompt_tokens: promptTokens,
  completion_tokens: outputTokens,
  total_tokens: promptTokens + outputTokens,
});
