/**
 * An OpenAI-compatible `/v1/chat/completions` (vLLM, llama.cpp, LM Studio, …), with tools. Offline by
 * default; for a real server set OPENAI_BASE_URL (with its /v1), OPENAI_API_KEY and OPENAI_MODEL.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse } from "http-streaming-llm";
import { toOpenAIMessages, toOpenAIToolChoice } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, showChat, type ChatFields } from "./support/show-chat.js";

type ToolCall = { index: number; id?: string; function: { name?: string; arguments?: string } };
type Delta = { content?: string; reasoning_content?: string; tool_calls?: ToolCall[] };
type Usage = { prompt_tokens: number; completion_tokens: number };
type Choice = { delta: Delta; finish_reason: string | null };
type Chunk = { id: string; model: string; choices: Choice[]; usage?: Usage | null };

export class OpenAIChat extends HttpStreamingChatModel<Chunk> {
  endpoint: string;
  override format = sse<Chunk>();
  constructor(private readonly fields: ChatFields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = `${fields.baseUrl}/chat/completions`;
  }
  _llmType() {
    return "openai-chat";
  }
  override get structuredOutputMethods() {
    return ["functionCalling", "jsonSchema", "jsonMode"] as const;
  }
  override headers() {
    const key = process.env.OPENAI_API_KEY;
    return key ? { authorization: `Bearer ${key}` } : null;
  }
  buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
    return {
      model: this.fields.model,
      messages: toOpenAIMessages(messages),
      tools: options.tools,
      tool_choice: toOpenAIToolChoice(options.tool_choice),
      response_format: options.response_format,
      reasoning_effort: this.fields.thinking && "low",
      stop: options.stop,
      stream: true,
      stream_options: { include_usage: true },
    };
  }
  parseChunk({ id, model, choices: [choice], usage: used }: Chunk) {
    const { content: text, reasoning_content: reasoning, tool_calls } = choice?.delta ?? {};
    const toolCall = ({ function: f, ...call }: ToolCall) => ({ ...call, ...f, args: f.arguments });
    const toolCalls = tool_calls?.map(toolCall);
    const usage = used && { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens };
    return { id, model, text, reasoning, toolCalls, usage, finishReason: choice?.finish_reason };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  await showChat(new OpenAIChat({ baseUrl, model: process.env.OPENAI_MODEL ?? "alice" }));
}
