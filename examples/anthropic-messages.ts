/**
 * Anthropic's `/v1/messages`, with tools: typed events that fill content blocks, `message_stop` at the
 * end. Offline by default; for the real thing set ANTHROPIC_API_KEY (and ANTHROPIC_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse, type ProviderError } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { toChoice, toConversation, toTool } from "./support/anthropic.js";
import { isMain, showChat, type ChatFields } from "./support/show-chat.js";

type Usage = { input_tokens?: number; output_tokens?: number };
type Start = { id: string; model: string; usage: Usage };
type Block = { type: string; id?: string; name?: string };
type Filling = { text?: string; thinking?: string; partial_json?: string; signature?: string };
type News = { message?: Start; content_block?: Block; usage?: Usage; error?: ProviderError };
type Event = News & { type: string; index?: number; delta?: Filling & { stop_reason?: string } };

export class AnthropicChat extends HttpStreamingChatModel<Event> {
  endpoint: URL;
  override format = sse<Event>();
  constructor(private readonly fields: ChatFields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = new URL("/v1/messages", fields.baseUrl);
  }
  _llmType() {
    return "anthropic-messages";
  }
  override headers() {
    return { "x-api-key": process.env.ANTHROPIC_API_KEY, "anthropic-version": "2023-06-01" };
  }
  buildPayload(history: BaseMessage[], options: this["ParsedCallOptions"]) {
    const { model, thinking } = this.fields;
    const tools = options.tools?.map(toTool);
    const asked = { ...toConversation(history), tools, tool_choice: toChoice(options.tool_choice) };
    const thoughts = thinking && { thinking: { type: "enabled", budget_tokens: 1024 } };
    const limits = { max_tokens: 4096, stop_sequences: options.stop };
    return { model, ...asked, ...thoughts, ...limits, stream: true };
  }
  parseChunk({ type, index, message, content_block: block, delta = {}, ...event }: Event) {
    const { text, thinking: reasoning, signature, partial_json: args, stop_reason } = delta;
    const call = { index, id: block?.id, name: block?.name, args };
    const toolCalls = block?.type === "tool_use" || args !== undefined ? [call] : [];
    const { usage: used = message?.usage, error } = event;
    const usage = used && { inputTokens: used.input_tokens, outputTokens: used.output_tokens };
    const end = { usage, finishReason: stop_reason, done: type === "message_stop", error };
    const { id, model } = message ?? {};
    return { id, model, text, reasoning, toolCalls, metadata: { signature }, ...end };
  }
}

if (isMain(import.meta)) {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_MODEL: model = "claude-haiku-4-5" } = process.env;
  const baseUrl = key ? "https://api.anthropic.com" : (await startModelServer()).origin;
  await showChat(new AnthropicChat({ baseUrl, model }));
}
