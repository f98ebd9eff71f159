// @ts-check
/**
 * OpenAI's `/v1/chat/completions`, which vLLM, llama.cpp, LM Studio and others speak too: server-sent
 * events whose deltas hold text, reasoning (`reasoning_content`, if `reasoning_effort` asks for it) and
 * tool calls, the arguments in pieces; the token counts if the request asks for them, and `[DONE]`.
 * @see https://platform.openai.com/docs/api-reference/chat
 */
import { randomUUID } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { listOf, piecesOf, textOf } from "./chat-parts.mjs";

/** @type {import("./chat-wire.js").ChatWire} */
export const openaiChat = {
  path: /^\/v1\/chat\/completions$/,
  read: (body) => ({
    turns: listOf("messages", body.messages).map(turnOf),
    tools: body.tools?.map((/** @type {any} */ tool) => tool.function),
    toolChoice: body.tool_choice?.function ?? body.tool_choice,
    json: jsonOf(body.response_format),
    thinks: (body.reasoning_effort ?? "none") !== "none",
    maxTokens: body.max_completion_tokens ?? body.max_tokens,
    stop: body.stop,
    seed: body.seed,
    continues: body.continue_final_message === true,
    stream: body.stream === true,
  }),
  stream: (body, answer) => ({
    contentType: "text/event-stream; charset=utf-8",
    frames: frames(body, answer),
  }),
  whole: ({ model }, { parts, summary }) => {
    const tool_calls = parts.flatMap((part) => {
      if (part.type !== "call") return [];
      return { ...callHead(part), function: { name: part.name, arguments: part.pieces.join("") } };
    });
    const reasoning_content = piecesOf(parts, "reasoning").join("");
    const message = {
      role: "assistant",
      content: piecesOf(parts, "text").join("") || null,
      ...(reasoning_content && { reasoning_content }),
      ...(tool_calls.length > 0 && { tool_calls }),
    };
    return {
      ...head(model, "chat.completion"),
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(summary) }],
      usage: usage(summary),
    };
  },
  error: (message) => ({ error: { message, type: "invalid_request_error", code: null } }),
};

/**
 * @param {any} body
 * @param {import("./chat-wire.js").ChatAnswer} answer
 */
function* frames({ model, stream_options }, { parts, summary }) {
  const base = head(model, "chat.completion.chunk");
  const includesUsage = stream_options?.include_usage === true;
  const chunk = (/** @type {object} */ delta, /** @type {string | null} */ finish_reason = null) =>
    event({
      ...base,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(includesUsage && { usage: null }),
    });

  yield chunk({ role: "assistant", content: "" });
  let index = 0;
  for (const part of parts) {
    if (part.type !== "call") {
      const field = part.type === "text" ? "content" : "reasoning_content";
      for (const piece of part.pieces) yield chunk({ [field]: piece });
      continue;
    }
    const named = { name: part.name, arguments: "" };
    yield chunk({ tool_calls: [{ index, ...callHead(part), function: named }] });
    for (const piece of part.pieces) {
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
    index++;
  }
  yield (
    chunk({}, finishReason(summary)) +
    (includesUsage ? event({ ...base, choices: [], usage: usage(summary) }) : "") +
    "data: [DONE]\n\n"
  );
}

/** @param {any} message @returns {import("./chat-wire.js").Turn} */
function turnOf({ role, content, tool_calls, tool_call_id, name }) {
  if (!["developer", "system", "user", "assistant", "tool"].includes(role)) {
    throw new InvalidQuestion(`there is no role ${String(role)}`);
  }
  return {
    role: role === "developer" ? "system" : role,
    text: textOf(content ?? "", ["image_url", "input_audio", "file"]),
    calls: tool_calls?.map((/** @type {any} */ call) => ({
      id: call.id,
      name: call.function.name,
    })),
    ...(role === "tool" && { callId: tool_call_id, name }),
  };
}

/** @param {any} format */
function jsonOf(format) {
  if (format?.type === "json_schema") return format.json_schema.schema;
  return format?.type === "json_object" ? true : undefined;
}

/** @param {object} data */
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;

/** @param {unknown} model @param {string} object */
const head = (model, object) => ({
  id: `chatcmpl-${randomUUID()}`,
  object,
  created: Math.floor(Date.now() / 1000),
  model: model ?? "alice",
});

/** @param {{ id?: string }} part */
const callHead = ({ id = `call_${randomUUID().replaceAll("-", "")}` }) => ({
  id,
  type: "function",
});

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
const finishReason = ({ finishReason }) => (finishReason === "calls" ? "tool_calls" : finishReason);

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
const usage = ({ promptTokens, outputTokens, reasoningTokens }) => ({
  prompt_tokens: promptTokens,
  completion_tokens: outputTokens,
  total_tokens: promptTokens + outputTokens,
  completion_tokens_details: { reasoning_tokens: reasoningTokens },
});
