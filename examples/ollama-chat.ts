/**
 * Ollama's `/api/chat`, with tools: a call comes whole and without an id. Offline by default; for a real
 * Ollama set OLLAMA_URL (and OLLAMA_MODEL, one that knows tools).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, jsonLines } from "http-streaming-llm";
import { toOpenAIMessages } from "http-streaming-llm/openai";
import { startModelServer } from "./server/start.js";
import { toOllama } from "./support/ollama.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

type ToolCall = { id?: string; function: { name: string; arguments: object } };
type Said = { content?: string; thinking?: string; tool_calls?: ToolCall[] };
type Counts = { prompt_eval_count?: number; eval_count?: number };
type Line = Counts & { model: string; message?: Said; done: boolean; done_reason?: string };

export class OllamaChat extends HttpStreamingChatModel<Line, ChatOptions> {
  endpoint: URL;
  override format = jsonLines<Line>();
  constructor(private readonly fields: ChatFields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = new URL("/api/chat", fields.baseUrl);
  }
  _llmType() {
    return "ollama-chat";
  }
  override get structuredOutputMethods() {
    return ["jsonSchema", "jsonMode", "functionCalling"] as const;
  }
  buildPayload(history: BaseMessage[], options: this["ParsedCallOptions"]) {
    const given = { ...this.fields, ...options };
    const { model, thinking: think, temperature, maxTokens: num_predict, seed } = given;
    const { stop, tools, response_format: wanted } = given;
    const format = wanted?.type === "json_schema" ? wanted.json_schema.schema : wanted && "json";
    const drawn = { temperature, num_predict, seed, stop };
    const messages = toOllama(toOpenAIMessages(history, { reasoningField: "thinking" }));
    return { model, messages, tools, format, think, options: drawn, stream: true };
  }
  parseChunk({ model, message = {}, done, done_reason: finishReason, ...counts }: Line) {
    const { content: text, thinking: reasoning, tool_calls } = message;
    const toolCalls = tool_calls?.map(({ id, function: { name, arguments: args } }) => {
      return { id, name, args };
    });
    const usage = { inputTokens: counts.prompt_eval_count, outputTokens: counts.eval_count };
    return { model, text, reasoning, toolCalls, usage, done, finishReason };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OLLAMA_URL ?? (await startModelServer()).origin;
  await showChat(new OllamaChat({ baseUrl, model: process.env.OLLAMA_MODEL ?? "llama3.2" }));
}
