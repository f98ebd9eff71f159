// @ts-check
/**
 * Ollama's `/api/chat`: one JSON object per line, the last with `done: true` and the counts. A tool call
 * comes whole, with its arguments as an object and without an id; there is no way to demand one.
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 */
import { InvalidQuestion } from "../answer.mjs";
import { listOf, piecesOf } from "./chat-parts.mjs";

/** @type {import("./chat-wire.js").ChatWire} */
export const ollamaChat = {
  path: /^\/api\/chat$/,
  read: ({ messages, tools, format, think, stream, options = {} }) => ({
    turns: listOf("messages", messages).map(turnOf),
    tools: tools?.map((/** @type {any} */ tool) => tool.function),
    json: format === "json" ? true : format,
    thinks: Boolean(think ?? false),
    maxTokens: options.num_predict,
    stop: options.stop,
    seed: options.seed,
    stream: stream !== false,
  }),
  stream: ({ model }, answer) => ({
    contentType: "application/x-ndjson",
    frames: frames(model, answer),
  }),
  whole: ({ model }, { parts, summary }) => {
    const thinking = piecesOf(parts, "reasoning").join("");
    const tool_calls = parts.flatMap((part) => (part.type === "call" ? toolCall(part) : []));
    const content = piecesOf(parts, "text").join("");
    const said = { ...(thinking && { thinking }), ...(tool_calls.length > 0 && { tool_calls }) };
    return { ...message(model, { content, ...said }), done: true, ...counts(summary, 0) };
  },
  error: (message) => ({ error: message }),
};

/**
 * @param {unknown} model
 * @param {import("./chat-wire.js").ChatAnswer} answer
 */
function* frames(model, { parts, summary }) {
  const started = performance.now();
  const line = (/** @type {object} */ said) =>
    `${JSON.stringify({ ...message(model, said), done: false })}\n`;
  for (const part of parts) {
    if (part.type === "call") yield line({ content: "", tool_calls: [toolCall(part)] });
    else if (part.type === "text") for (const content of part.pieces) yield line({ content });
    else for (const thinking of part.pieces) yield line({ content: "", thinking });
  }
  const end = { done: true, ...counts(summary, performance.now() - started) };
  yield `${JSON.stringify({ ...message(model, { content: "" }), ...end })}\n`;
}

/** @param {any} message @returns {import("./chat-wire.js").Turn} */
function turnOf({ role, content = "", tool_calls, tool_name, images = [] }) {
  if (!["system", "user", "assistant", "tool"].includes(role)) {
    throw new InvalidQuestion(`there is no role ${String(role)}`);
  }
  if (typeof content !== "string") throw new InvalidQuestion("content must be a string");
  if (images.some((/** @type {unknown} */ image) => !isBase64(image))) {
    throw new InvalidQuestion("an image must be in base64");
  }
  const calls = tool_calls?.map((/** @type {any} */ call) => {
    if (typeof call.function.arguments === "object") return { name: call.function.name };
    throw new InvalidQuestion("the arguments of a tool call must be an object");
  });
  return { role, text: content, calls, ...(role === "tool" && { name: tool_name }) };
}

/** @param {unknown} text */
const isBase64 = (text) => typeof text === "string" && /^[\w+/]+=*$/.test(text);

/** @param {unknown} model @param {object} said */
const message = (model, said) => ({
  model: model ?? "alice",
  created_at: new Date().toISOString(),
  message: { role: "assistant", ...said },
});

/** @param {{ name: string, args: object }} call */
const toolCall = ({ name, args }) => ({ function: { name, arguments: args } });

/**
 * @param {import("./chat-wire.js").ChatAnswer["summary"]} summary
 * @param {number} tookMs
 */
const counts = ({ promptTokens, outputTokens, finishReason }, tookMs) => ({
  // Ollama has no word of its own for an answer that ends with calls.
  done_reason: finishReason === "calls" ? "stop" : finishReason,
  total_duration: Math.round(tookMs * 1e6),
  prompt_eval_count: promptTokens,
  eval_count: outputTokens,
});
