/**
 * Gemini's `:streamGenerateContent`, with tools: a JSON array, or with GEMINI_ALT=sse server-sent events.
 * Offline by default; for the real thing set GEMINI_API_KEY (and GEMINI_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, jsonArray, sse } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { toConversation, toGenerationConfig, toTools } from "./support/gemini.js";
import { isMain, showChat, type ChatFields } from "./support/show-chat.js";

type Call = { name: string; args?: object; id?: string };
type Part = { text?: string; thought?: boolean; functionCall?: Call; thoughtSignature?: string };
type Candidate = { content?: { parts?: Part[] }; finishReason?: string };
type Counts = Record<`${"prompt" | "candidates" | "thoughts"}TokenCount`, number | undefined>;
type Head = { responseId: string; modelVersion: string; usageMetadata?: Counts };
type Piece = Head & { candidates?: Candidate[] };

export class GeminiChat extends HttpStreamingChatModel<Piece> {
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
    const generationConfig = toGenerationConfig(options, this.fields.thinking);
    return { ...toConversation(history), ...toTools(options), generationConfig };
  }
  parseChunk({ responseId: id, modelVersion: model, candidates, usageMetadata: used }: Piece) {
    const [{ content, finishReason } = {}] = candidates ?? [];
    const said = content?.parts?.map(({ text, thought, functionCall: call, thoughtSignature }) => {
      if (call) return { toolCalls: [{ args: {}, ...call }], metadata: { thoughtSignature } };
      return thought ? { reasoning: text } : { text };
    });
    const thoughts = used?.thoughtsTokenCount ?? 0;
    const outputTokens = (used?.candidatesTokenCount ?? 0) + thoughts;
    const output = { outputTokens, details: { reasoningTokens: thoughts } };
    const usage = used && { inputTokens: used.promptTokenCount, ...output };
    return [{ id, model }, ...(said ?? []), { finishReason, usage }];
  }
}

if (isMain(import.meta)) {
  const { GEMINI_API_KEY: key, GEMINI_MODEL: model = "gemini-2.5-flash", GEMINI_ALT } = process.env;
  const real = "https://generativelanguage.googleapis.com";
  const baseUrl = key ? real : (await startModelServer()).origin;
  await showChat(new GeminiChat({ baseUrl, model, alt: GEMINI_ALT === "sse" ? "sse" : "json" }));
}
