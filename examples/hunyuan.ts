/**
 * Tencent's Hunyuan, with tools: every request signed (TC3-HMAC-SHA256) over its final bytes. Offline by
 * default; for the real thing set TENCENT_SECRET_ID and TENCENT_SECRET_KEY (and HUNYUAN_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse, type RequestContext } from "http-streaming-llm";
import { toOpenAIMessages } from "http-streaming-llm/openai";
import { startModelServer } from "./server/start.js";
import { signed, toMessages, toTools } from "./support/hunyuan.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

type Called = { Index?: number; Id?: string; Function?: { Name?: string; Arguments?: string } };
type Delta = { Content?: string; ReasoningContent?: string; ToolCalls?: Called[] };
type Choice = { Delta?: Delta; FinishReason?: string };
type Usage = { PromptTokens: number; CompletionTokens: number };
type Chunk = { Id?: string; Choices?: Choice[]; Usage?: Usage };

export class HunyuanChat extends HttpStreamingChatModel<Chunk, ChatOptions> {
  endpoint: URL;
  override format = sse<Chunk>();
  readonly #keys = {
    id: process.env.TENCENT_SECRET_ID || "offline",
    key: process.env.TENCENT_SECRET_KEY || "offline",
  };
  constructor(private readonly fields: ChatFields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = new URL(fields.baseUrl);
  }
  _llmType() {
    return "hunyuan";
  }
  override headers(_: unknown, context: RequestContext) {
    const action = { "x-tc-action": "ChatCompletions", "x-tc-version": "2023-09-01" };
    return { ...action, ...signed(context, "hunyuan", this.#keys) };
  }
  buildPayload(history: BaseMessage[], options: this["ParsedCallOptions"]) {
    const { model, thinking, temperature, seed } = { ...this.fields, ...options };
    const { stop: Stop, tools, tool_choice } = options;
    const drawn = { Temperature: temperature, Seed: seed, Stop, EnableThinking: thinking };
    const Messages = toMessages(toOpenAIMessages(history));
    return { Model: model, Messages, ...toTools(tools, tool_choice), ...drawn, Stream: true };
  }
  parseChunk({ Id: id, Choices: [choice] = [], Usage: used }: Chunk) {
    const { Content: text, ReasoningContent: reasoning, ToolCalls } = choice?.Delta ?? {};
    const toolCalls = ToolCalls?.map(({ Index: index, Id, Function: called }) => {
      return { index, id: Id, name: called?.Name, args: called?.Arguments };
    });
    const usage = used && { inputTokens: used.PromptTokens, outputTokens: used.CompletionTokens };
    // An empty reason is none.
    const end = choice && { finishReason: choice.FinishReason || null };
    return { id, model: this.fields.model, text, reasoning, toolCalls, usage, ...end };
  }
}

if (isMain(import.meta)) {
  const { TENCENT_SECRET_ID: id, HUNYUAN_MODEL: model = "hunyuan-lite" } = process.env;
  const baseUrl = id ? "https://hunyuan.tencentcloudapi.com" : (await startModelServer()).origin;
  await showChat(new HunyuanChat({ baseUrl, model }));
}
