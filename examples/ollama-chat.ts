/**
 * Ollama's `/api/chat`, with tools: a call comes whole and without an id. Offline by default; for a real
 * Ollama set OLLAMA_URL (and OLLAMA_MODEL, one that knows tools).
 */
import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, jsonLines, toOpenAIMessages } from "http-streaming-llm";
import type { OpenAIMessage } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, showChat, type ChatFields } from "./support/show-chat.js";

type ToolCall = { function: { name: string; arguments: object } };
type Said = { content?: string; thinking?: string; tool_calls?: ToolCall[] };
type Counts = { prompt_eval_count?: number; eval_count?: number };
type Line = { model: string; message?: Said; done: boolean; done_reason?: string; error?: string };

export class OllamaChat extends HttpStreamingChatModel<Line & Counts> {
  endpoint: URL;
  override format = jsonLines<Line & Counts>();
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
    const { stop, tools, response_format: wanted } = options;
    const { model, thinking: think } = this.fields;
    const messages = toOpenAIMessages(history).map((message, at) => toOllama(message, history[at]));
    const format = wanted?.type === "json_schema" ? wanted.json_schema.schema : wanted && "json";
    return { model, messages, tools, format, think, options: { stop }, stream: true };
  }
  parseChunk({ model, message = {}, done, error, ...end }: Line & Counts) {
    const { content: text, thinking: reasoning, tool_calls } = message;
    const toolCalls = tool_calls?.map(({ function: f }) => ({ name: f.name, args: f.arguments }));
    const usage = { inputTokens: end.prompt_eval_count, outputTokens: end.eval_count };
    return { model, text, reasoning, toolCalls, usage, error, done, finishReason: end.done_reason };
  }
}

function toOllama({ role, content }: OpenAIMessage, message: BaseMessage | undefined) {
  const { text, name, tool_calls } = message as AIMessage;
  const parts = Array.isArray(content) ? content : [];
  const urls = parts.flatMap((part) => (part.type === "image_url" ? part.image_url.url : []));
  const images = urls.map((url) => url.replace(/^data:.*?,/, ""));
  const calls = tool_calls?.map(({ name, args }) => ({ function: { name, arguments: args } }));
  return { role, content: text, images, tool_calls: calls, tool_name: name };
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OLLAMA_URL ?? (await startModelServer()).origin;
  await showChat(new OllamaChat({ baseUrl, model: process.env.OLLAMA_MODEL ?? "llama3.2" }));
}
