// @ts-check
/**
 * The wire of langserve issue 590: `{ question, stream: true }` in, `data:` lines and `[DONE]` out.
 * @see https://github.com/langchain-ai/langserve/issues/590
 * @type {import("./wire.js").Wire}
 */
export const langserve590 = {
  path: "/ask",
  read: ({ question, max_tokens, stop, seed }) => ({
    prompt: question,
    maxTokens: max_tokens,
    stop,
    seed,
  }),
  write: () => ({
    contentType: "text/event-stream; charset=utf-8",
    token: (text) => `data: ${JSON.stringify({ answer: text })}\n\n`,
    end: () => "data: [DONE]\n\n",
  }),
  error: (message) => ({ detail: message }),
};
