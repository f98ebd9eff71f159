// @ts-check
/**
 * Yandex's `/foundationModels/v1/completion`: one JSON object per line, each with the whole text so far, and
 * counts that are texts; for whoever has a token of `/iam/v1/tokens`.
 * @see https://yandex.cloud/docs/foundation-models/text-generation/api-ref/TextGeneration/completion
 */
import { randomUUID } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { listOf } from "./chat-parts.mjs";

/** @type {Set<string>} */
const tokens = new Set();

/** @type {import("./wire.js").Service} */
export const yandexToken = {
  path: /^\/iam\/v1\/tokens$/,
  reply: ({ yandexPassportOauthToken }) => {
    if (!yandexPassportOauthToken) throw new InvalidQuestion("who are you?", 401);
    const iamToken = `t1.${randomUUID()}`;
    tokens.add(iamToken);
    return { iamToken, expiresAt: new Date(Date.now() + 12 * 3_600_000).toISOString() };
  },
};

/** @type {import("./wire.js").Wire} */
export const yandex = {
  path: "/foundationModels/v1/completion",
  allows: ({ authorization = "" }) => tokens.has(authorization.replace("Bearer ", "")),
  read: ({ messages, completionOptions = {} }) => ({
    prompt: listOf("messages", messages).at(-1).text,
    maxTokens: completionOptions.maxTokens && Number(completionOptions.maxTokens),
    stream: completionOptions.stream ?? false,
  }),
  write: () => {
    let said = "";
    return {
      contentType: "application/json",
      token: (text, number) => line((said += text), "ALTERNATIVE_STATUS_PARTIAL", 0, number),
      end: (summary) => line(said, ...ended(summary)),
    };
  },
  whole: (_, text, summary) => result(text, ...ended(summary)),
  error: (message) => ({
    error: { grpcCode: 3, httpCode: 400, message, httpStatus: "Bad Request" },
  }),
};

/** @param {import("./wire.js").Summary} summary @returns {[status: string, input: number, output: number]} */
const ended = ({ finishReason, promptTokens, outputTokens }) => [
  finishReason === "length" ? "ALTERNATIVE_STATUS_TRUNCATED_FINAL" : "ALTERNATIVE_STATUS_FINAL",
  promptTokens,
  outputTokens,
];

/** @param {Parameters<typeof result>} said */
const line = (...said) => `${JSON.stringify(result(...said))}\n`;

/** @param {string} text @param {string} status @param {number} input @param {number} output */
const result = (text, status, input, output) => ({
  result: {
    alternatives: [{ message: { role: "assistant", text }, status }],
    usage: {
      inputTextTokens: String(input),
      completionTokens: String(output),
      totalTokens: String(input + output),
    },
    modelVersion: "23.10.2024",
  },
});
