// @ts-check
/**
 * Anthropic's `/v1/messages`: server-sent events of named types. An answer is a list of content blocks
 * (thinking, text, tool use), each started, filled and stopped; `message_delta` says why it ended and
 * what it took, `message_stop` that it did. A `ping` may come at any time.
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
import { createHash, randomBytes } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { listOf, textOf } from "./chat-parts.mjs";

/** @type {import("./chat-wire.js").ChatWire} */
export const anthropicMessages = {
  path: /^\/v1\/messages$/,
  read: (body) => {
    if (body.max_tokens === undefined) throw new InvalidQuestion("max_tokens: Field required");
    const thinks = body.thinking?.type === "enabled";
    const messages = listOf("messages", body.messages);
    if (thinks) checkThinking(messages);
    const system = { role: /** @type {const} */ ("system"), text: textOf(body.system ?? "", []) };
    return {
      turns: [system, ...messages.flatMap(turnsOf)],
      tools: body.tools?.map((/** @type {any} */ tool) => ({
        ...tool,
        parameters: tool.input_schema,
      })),
      toolChoice: choiceOf(body.tool_choice),
      thinks,
      maxTokens: body.max_tokens,
      stop: body.stop_sequences,
      stream: body.stream === true,
    };
  },
  stream: (body, answer) => ({
    contentType: "text/event-stream; charset=utf-8",
    frames: frames(body, answer),
  }),
  whole: ({ model }, { parts, summary }) => ({
    ...head(model),
    content: parts.map((part) => {
      const { start } = blockOf(part);
      const text = part.pieces.join("");
      if (part.type === "call") return { ...start, input: part.args };
      return part.type === "text" ? { ...start, text } : { type: "thinking", ...thought(text) };
    }),
    stop_reason: stopReason(summary),
    stop_sequence: summary.stopSequence ?? null,
    usage: { input_tokens: summary.promptTokens, output_tokens: summary.outputTokens },
  }),
  error: (message) => ({ type: "error", error: { type: "invalid_request_error", message } }),
};

/**
 * @param {any} body
 * @param {import("./chat-wire.js").ChatAnswer} answer
 */
function* frames({ model }, { parts, summary }) {
  const message = { ...head(model), content: [], stop_reason: null, stop_sequence: null };
  const usage = { input_tokens: summary.promptTokens, output_tokens: 1 };
  yield event("message_start", { message: { ...message, usage } }) + event("ping", {});
  for (const [index, part] of parts.entries()) {
    const { start, delta } = blockOf(part);
    yield event("content_block_start", { index, content_block: start });
    for (const piece of part.pieces) {
      yield event("content_block_delta", { index, delta: delta(piece) });
    }
    if (part.type === "reasoning") {
      const { signature } = thought(part.pieces.join(""));
      yield event("content_block_delta", { index, delta: { type: "signature_delta", signature } });
    }
    yield event("content_block_stop", { index });
  }
  const delta = {
    stop_reason: stopReason(summary),
    stop_sequence: summary.stopSequence ?? null,
  };
  const output = { output_tokens: summary.outputTokens };
  yield event("message_delta", { delta, usage: output }) + event("message_stop", {});
}

/** A block as it starts, and how it goes on. @param {import("./chat-wire.js").Part} part */
function blockOf(part) {
  switch (part.type) {
    case "text":
      return {
        start: { type: "text", text: "" },
        delta: (/** @type {string} */ text) => ({ type: "text_delta", text }),
      };
    case "reasoning":
      return {
        start: { type: "thinking", thinking: "", signature: "" },
        delta: (/** @type {string} */ thinking) => ({ type: "thinking_delta", thinking }),
      };
    case "call": {
      const { id = `toolu_${randomId()}`, name } = part;
      return {
        start: { type: "tool_use", id, name, input: {} },
        delta: (/** @type {string} */ partial_json) => ({ type: "input_json_delta", partial_json }),
      };
    }
  }
}

/** @param {any} message @returns {import("./chat-wire.js").Turn[]} */
function turnsOf({ role, content }) {
  if (role !== "user" && role !== "assistant") {
    throw new InvalidQuestion(`messages: there is no role ${String(role)}`);
  }
  if (typeof content === "string") return [{ role, text: content }];
  const blocks = listOf("content", content);
  const ofType = (/** @type {string} */ type) => blocks.filter((block) => block.type === type);
  const results = ofType("tool_result").map((result) => ({
    role: /** @type {const} */ ("tool"),
    text: textOf(result.content ?? "", ["image"]),
    callId: result.tool_use_id,
  }));
  const text = textOf(blocks, ["image", "document", "tool_use", "tool_result", "thinking"]);
  const isAlone = results.length > 0 && text === "";
  return isAlone ? results : [...results, { role, text, calls: ofType("tool_use") }];
}

/**
 * Who calls tools while thinking has to get the thoughts back with the results, as they were signed.
 * @param {any[]} messages
 */
function checkThinking(messages) {
  const { content } = messages.findLast(({ role }) => role === "assistant") ?? {};
  if (!Array.isArray(content) || !content.some(({ type }) => type === "tool_use")) return;
  const [first] = content;
  if (first.type === "thinking" && thought(first.thinking).signature === first.signature) return;
  throw new InvalidQuestion(
    "messages: a message with tool_use must start with its thinking block, as it was signed",
  );
}

/** @param {any} choice @returns {import("./chat-wire.js").ChatQuestion["toolChoice"]} */
function choiceOf(choice) {
  if (choice?.type === "tool") return { name: choice.name };
  return choice?.type === "any" ? "required" : choice?.type;
}

/** @param {string} type @param {object} data */
const event = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const randomId = () => randomBytes(12).toString("hex");

/** @param {unknown} model */
const head = (model) => ({
  id: `msg_${randomId()}`,
  type: "message",
  role: "assistant",
  model: model ?? "alice",
});

/** @param {string} thinking */
const thought = (thinking) => ({
  thinking,
  signature: createHash("sha256").update(thinking).digest("base64"),
});

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
function stopReason({ finishReason, stopSequence }) {
  if (finishReason === "calls") return "tool_use";
  if (finishReason === "length") return "max_tokens";
  return stopSequence === undefined ? "end_turn" : "stop_sequence";
}
