// @ts-check
/**
 * Bedrock's `/model/{id}/converse-stream`: Amazon's event stream, whose events fill content blocks, text,
 * reasoning (if `additionalModelRequestFields.thinking` enables it) and tool calls; the counts come last, behind
 * the stop reason.
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import { createHash, randomBytes } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { eventFrame, isSigned } from "./aws-frames.mjs";
import { listOf } from "./chat-parts.mjs";

const PATH = /^\/model\/([^/]+)\/converse(-stream)?$/;

/** @type {import("./chat-wire.js").ChatWire} */
export const bedrockConverse = {
  path: PATH,
  allows: isSigned,
  read: ({ messages, system, toolConfig, inferenceConfig = {}, ...more }, url) => ({
    turns: [
      ...(system ?? []).map((/** @type {any} */ { text }) => ({ role: "system", text })),
      ...listOf("messages", messages).flatMap(turnsOf),
    ],
    tools: toolConfig?.tools.map((/** @type {any} */ { toolSpec }) => ({
      ...toolSpec,
      parameters: toolSpec.inputSchema.json,
    })),
    toolChoice: choiceOf(toolConfig?.toolChoice ?? {}),
    thinks: more.additionalModelRequestFields?.thinking?.type === "enabled",
    maxTokens: inferenceConfig.maxTokens,
    stop: inferenceConfig.stopSequences,
    stream: PATH.exec(url.pathname)?.[2] !== undefined,
  }),
  stream: (_, answer) => ({
    contentType: "application/vnd.amazon.eventstream",
    frames: [...events(answer)].map(([type, payload]) => eventFrame(type, JSON.stringify(payload))),
  }),
  whole: (_, { parts, summary }) => ({
    output: { message: { role: "assistant", content: parts.map(contentOf) } },
    stopReason: stopReason(summary),
    usage: usage(summary),
  }),
  error: (message) => ({ message }),
};

/**
 * The events by their types.
 * @param {import("./chat-wire.js").ChatAnswer} answer
 * @returns {Iterable<[type: string, payload: object]>}
 */
export function* events({ parts, summary }) {
  yield ["messageStart", { role: "assistant" }];
  for (const [contentBlockIndex, part] of parts.entries()) {
    const delta = (/** @type {object} */ said) =>
      /** @type {[string, object]} */ (["contentBlockDelta", { contentBlockIndex, delta: said }]);
    if (part.type === "call") {
      const toolUse = { toolUseId: part.id ?? newId(), name: part.name };
      yield ["contentBlockStart", { contentBlockIndex, start: { toolUse } }];
      for (const input of part.pieces) yield delta({ toolUse: { input } });
    } else if (part.type === "text") {
      for (const text of part.pieces) yield delta({ text });
    } else {
      for (const text of part.pieces) yield delta({ reasoningContent: { text } });
      yield delta({ reasoningContent: { signature: sign(part.pieces.join("")) } });
    }
    yield ["contentBlockStop", { contentBlockIndex }];
  }
  yield ["messageStop", { stopReason: stopReason(summary) }];
  yield ["metadata", { usage: usage(summary), metrics: { latencyMs: 1 } }];
}

/** @param {import("./chat-wire.js").Part} part */
function contentOf(part) {
  if (part.type === "call") {
    return { toolUse: { toolUseId: part.id ?? newId(), name: part.name, input: part.args } };
  }
  const text = part.pieces.join("");
  if (part.type === "text") return { text };
  return { reasoningContent: { reasoningText: { text, signature: sign(text) } } };
}

const newId = () => `tooluse_${randomBytes(16).toString("base64url")}`;

/** @param {string} text */
const sign = (text) => createHash("sha256").update(text).digest("base64");

/** @param {any} message @returns {import("./chat-wire.js").Turn[]} */
function turnsOf({ role, content }) {
  if (!["user", "assistant"].includes(role)) {
    throw new InvalidQuestion(`there is no role ${String(role)}`);
  }
  const blocks = listOf("content", content);
  for (const { reasoningContent } of blocks) {
    if (reasoningContent === undefined) continue;
    const { text, signature } = reasoningContent.reasoningText;
    if (signature !== sign(text)) throw new InvalidQuestion("a reasoning has a wrong signature");
  }
  const results = blocks.flatMap(({ toolResult }) => toolResult ?? []);
  const said = blocks.map(({ text = "" }) => text).join("");
  const calls = blocks.flatMap(({ toolUse }) =>
    toolUse === undefined ? [] : { id: toolUse.toolUseId, name: toolUse.name },
  );
  return [
    ...results.map(({ toolUseId, content: parts }) => ({
      role: /** @type {const} */ ("tool"),
      callId: toolUseId,
      text: parts.map((/** @type {any} */ { text = "" }) => text).join(""),
    })),
    ...(said || calls.length > 0 || results.length === 0 ? [{ role, text: said, calls }] : []),
  ];
}

/** @param {any} choice @returns {import("./chat-wire.js").ChatQuestion["toolChoice"]} */
function choiceOf({ any, tool }) {
  if (tool !== undefined) return tool;
  return any === undefined ? "auto" : "required";
}

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
function stopReason({ finishReason, stopSequence }) {
  if (finishReason === "calls") return "tool_use";
  if (stopSequence !== undefined) return "stop_sequence";
  return finishReason === "length" ? "max_tokens" : "end_turn";
}

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
const usage = ({ promptTokens, outputTokens }) => ({
  inputTokens: promptTokens,
  outputTokens,
  totalTokens: promptTokens + outputTokens,
});
