// @ts-check
/**
 * Ollama's `/api/generate`: one JSON object per line, the last with `done: true` and the counts.
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 * @type {import("./wire.js").Wire}
 */
export const ollamaGenerate = {
  path: "/api/generate",
  read: ({ prompt, stream, options = {} }) => ({
    prompt,
    stream,
    maxTokens: options.num_predict,
    stop: options.stop,
    seed: options.seed,
  }),
  write: ({ model }) => {
    const started = performance.now();
    return {
      contentType: "application/x-ndjson",
      token: (text) => line({ ...head(model), response: text, done: false }),
      end: (summary) =>
        line({ ...head(model), response: "", done: true, ...counts(summary, started) }),
    };
  },
  whole: ({ model }, text, summary) => ({
    ...head(model),
    response: text,
    done: true,
    ...counts(summary, performance.now()),
  }),
  error: (message) => ({ error: message }),
};

/** @param {object} record */
const line = (record) => `${JSON.stringify(record)}\n`;

/** @param {unknown} model */
const head = (model) => ({ model: model ?? "alice", created_at: new Date().toISOString() });

/**
 * @param {import("./wire.js").Summary} summary
 * @param {number} started
 */
const counts = ({ promptTokens, outputTokens, finishReason }, started) => ({
  done_reason: finishReason,
  total_duration: Math.round((performance.now() - started) * 1e6),
  prompt_eval_count: promptTokens,
  eval_count: outputTokens,
});
