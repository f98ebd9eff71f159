/**
 * Gemini's `:streamGenerateContent`, with tools: a JSON array, or with GEMINI_ALT=sse server-sent events.
 * Offline by default; for the real thing set GEMINI_API_KEY (and GEMINI_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, jsonArray, sse } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { toConversation, toDeclaration, toToolConfig } from "./support/gemini.js";
import { isMain, showChat, type ChatFields } from "./support/show-chat.js";

type Call = { functionCall?: { name: string; args?: object; id?: string } };
type Part = Call & { text?: string; thought?: boolean; thoughtSignature?: string };
type Candidate = { content?: { parts?: Part[] }; finishReason?: string };
type Counts = {
  promptTokenCount: number;
  candidatesTokenCount?: number;
  thoughtsTokenCount?: number;
};
type Piece = {
  responseId: string;
  modelVersion: string;
  candidates?: Candidate[];
  usageMetadata?: Counts;
};

export class GeminiChat extends HttpStreamingChatModel<Piece> {
  endpoint: URL;
  override format;
  constructor(private readonly fields: ChatFields & { alt?: "sse" }) {
    super({ endOfStream: "required", ...fields });
    const { baseUrl, model, alt } = fields;
    const query = alt === "sse" ? "?alt=sse" : "";
    this.endpoint = new URL(`/v1beta/models/${model}:streamGenerateContent${query}`, baseUrl);
    this.format = alt === "sse" ? sse<Piece>() : jsonArray<Piece>();
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
}
