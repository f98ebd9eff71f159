/**
 * Gemini's `:streamGenerateContent`, with tools: a JSON array, or with GEMINI_ALT=sse server-sent events.
 * Offline by default; for the real thing set GEMINI_API_KEY (and GEMINI_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, jsonArray, sse, type ChunkContext } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { toDelta, toEnd, toUsage, type Piece } from "./support/gemini-answer.js";
import { toConversation, toGenerationConfig, toTools } from "./support/gemini.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

export class GeminiChat extends HttpStreamingChatModel<Piece, ChatOptions> {
  endpoint: URL;
  constructor(private readonly fields: ChatFields & { alt?: "sse" | "json" }) {
    super({ endOfStream: "required", ...fields });
    const path = `/v1beta/models/${fields.model}:streamGenerateContent?alt=${fields.alt ?? "json"}`;
    this.endpoint = new URL(path, fields.baseUrl);
    this.format = fields.alt === "sse" ? sse() : jsonArray();
  }
  _llmType() {
    return "gemini";
  }
  override get structuredOutputMethods() {
    return ["functionCalling", "jsonSchema", "jsonMode"] as const;
  }
  override headers() {
    return { "x-goog-api-key": process.env.GEMINI_API_KEY };
  }
  buildPayload(history: BaseMessage[], options: this["ParsedCallOptions"]) {
    const generationConfig = toGenerationConfig({ ...this.fields, ...options });
    return { ...toConversation(history), ...toTools(options), generationConfig };
  }
  parseChunk({ candidates = [], promptFeedback, ...piece }: Piece, context: ChunkContext) {
    const { responseId: id, modelVersion: model, usageMetadata } = piece;
    if (promptFeedback?.blockReason !== undefined) {
      // No error in the provider's eyes, but no answer either.
      const { blockReason: code, blockReasonMessage: why } = promptFeedback;
      return { error: { message: why ?? `the prompt was blocked: ${code}`, code } };
    }
    const [candidate = {}] = candidates;
    const said = candidate.content?.parts?.map((part) => toDelta(part, context)) ?? [];
    const usage = usageMetadata && toUsage(usageMetadata);
    return [
      { id, model, metadata: { provider: "gemini" } },
      ...said,
      { ...toEnd(candidate, context), usage },
    ];
  }
}

if (isMain(import.meta)) {
  const { GEMINI_API_KEY: key, GEMINI_MODEL: model = "gemini-2.5-flash", GEMINI_ALT } = process.env;
  const real = "https://generativelanguage.googleapis.com";
  const baseUrl = key ? real : (await startModelServer()).origin;
  await showChat(new GeminiChat({ baseUrl, model, alt: GEMINI_ALT === "sse" ? "sse" : "json" }));
}
