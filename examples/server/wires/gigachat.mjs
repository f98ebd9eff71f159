// @ts-check
/**
 * GigaChat's `/api/v1/chat/completions`: OpenAI's events, for whoever has a token of `/api/v2/oauth`, which is
 * good for half an hour.
 * @see https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat
 */
import { randomUUID } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { listOf } from "./chat-parts.mjs";
import { openaiChat } from "./openai-chat.mjs";

/** @type {Map<string, number>} */
const expiries = new Map();

/** @type {import("./wire.js").Service} */
export const gigachatToken = {
  path: /^\/api\/v2\/oauth$/,
  reply: (body, { headers }) => {
    if (!headers.authorization?.startsWith("Basic "))
      throw new InvalidQuestion("who are you?", 401);
    if (!new URLSearchParams(body).has("scope")) throw new InvalidQuestion("scope is empty");
    const access_token = randomUUID();
    const expires_at = Date.now() + 30 * 60_000;
    expiries.set(access_token, expires_at);
    return { access_token, expires_at };
  },
};

/** @type {import("./wire.js").Wire} */
export const gigachat = {
  path: "/api/v1/chat/completions",
  allows: ({ authorization = "" }) =>
    (expiries.get(authorization.replace("Bearer ", "")) ?? 0) > Date.now(),
  read: ({ messages, max_tokens, stream }) => ({
    prompt: listOf("messages", messages).at(-1).content,
    maxTokens: max_tokens,
    stream: stream ?? false,
  }),
  write: ({ model }) => {
    const chunk = (/** @type {object} */ choice, /** @type {object} */ more = {}) => {
      const choices = [{ index: 0, ...choice }];
      const created = Math.floor(Date.now() / 1000);
      return `data: ${JSON.stringify({ choices, created, model, object: "chat.completion", ...more })}\n\n`;
    };
    return {
      contentType: "text/event-stream; charset=utf-8",
      token: (content) => chunk({ delta: { role: "assistant", content } }),
      end: ({ promptTokens, outputTokens, finishReason }) => {
        const usage = {
          prompt_tokens: promptTokens,
          completion_tokens: outputTokens,
          total_tokens: promptTokens + outputTokens,
        };
        const last = { delta: { content: "" }, finish_reason: finishReason };
        return `${chunk(last, { usage })}data: [DONE]\n\n`;
      },
    };
  },
  whole: (body, text, summary) => {
    const parts = [{ type: /** @type {const} */ ("text"), pieces: [text] }];
    return openaiChat.whole(body, { parts, summary: { ...summary, reasoningTokens: 0 } }, NOWHERE);
  },
  error: (message) => ({ status: 400, message }),
};

const NOWHERE = new URL("http://localhost");
