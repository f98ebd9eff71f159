/**
 * Anthropic's `/v1/messages`, with tools: typed events that fill content blocks, `message_stop` at the
 * end. Offline by default; for the real thing set ANTHROPIC_API_KEY (and ANTHROPIC_MODEL).
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse, type ChunkContext } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { OpenBlock, toEnd, toStart, toUsage, type Event } from "./support/anthropic-answer.js";
import { toChoice, toConversation, toTool } from "./support/anthropic.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

export class AnthropicChat extends HttpStreamingChatModel<Event, ChatOptions> {
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
    const { model, thinking, temperature, maxTokens } = { ...this.fields, ...options };
    const tools = options.tools?.map(toTool);
    const asked = { ...toConversation(history), tools, tool_choice: toChoice(options.tool_choice) };
    const thoughts = thinking && { thinking: { type: "enabled", budget_tokens: 1024 } };
    const limits = { max_tokens: maxTokens ?? 4096, stop_sequences: options.stop, temperature };
    return { model, ...asked, ...thoughts, ...limits, stream: true };
  }
  parseChunk(event: Event, { state }: ChunkContext) {
    const { type, message, index = 0, content_block, delta, usage } = event;
    switch (type) {
      case "message_start":
        return [{ metadata: { provider: "anthropic" } }, toStart(message, state)];
      case "content_block_start":
        return OpenBlock.at(index, state, content_block).begin();
      case "content_block_delta":
        return OpenBlock.at(index, state).add(delta);
      case "content_block_stop":
        return OpenBlock.at(index, state).end();
      case "message_delta":
        return { ...toEnd(event), usage: toUsage(usage, state) };
      case "message_stop":
        return { done: true };
      default:
        return null; // A ping. An error is found by the base class.
    }
  }
}

if (isMain(import.meta)) {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_MODEL: model = "claude-haiku-4-5" } = process.env;
  const baseUrl = key ? "https://api.anthropic.com" : (await startModelServer()).origin;
  await showChat(new AnthropicChat({ baseUrl, model }));
}
