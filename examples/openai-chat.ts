/**
 * An OpenAI-compatible `/v1/chat/completions` (vLLM, llama.cpp, LM Studio, …), with tools. Offline by
 * default; for a real server set OPENAI_BASE_URL (with its /v1), OPENAI_API_KEY and OPENAI_MODEL.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, sse } from "http-streaming-llm";
import { toOpenAIMessages, toOpenAIToolChoice } from "http-streaming-llm/openai";
import { startModelServer } from "./server/start.js";
import { isMain, showChat, type ChatFields, type ChatOptions } from "./support/show-chat.js";

type ToolCall = { index: number; id?: string; function?: { name?: string; arguments?: string } };
type Thoughts = { reasoning?: string; reasoning_content?: string };
type Delta = Thoughts & { content?: string; refusal?: string; tool_calls?: ToolCall[] };
type Choice = { index?: number; delta?: Delta; finish_reason?: string | null };
type Details = { cached_tokens?: number; reasoning_tokens?: number };
type Input = { prompt_tokens: number; prompt_tokens_details?: Details };
type Usage = Input & { completion_tokens: number; completion_tokens_details?: Details };
type Chunk = { id: string; model: string; choices?: Choice[]; usage?: Usage | null };

export class OpenAIChat extends HttpStreamingChatModel<Chunk, ChatOptions> {
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
    const { model, thinking, temperature, maxTokens, seed } = { ...this.fields, ...options };
    const { stop, tools, tool_choice: choice, response_format } = options;
    return {
      ...{ model, temperature, max_tokens: maxTokens, seed, stop, tools, response_format },
      messages: toOpenAIMessages(messages),
      tool_choice: toOpenAIToolChoice(choice),
      reasoning_effort: thinking && "low",
      ...{ stream: true, stream_options: { include_usage: true } },
    };
  }
  parseChunk({ id, model, choices, usage }: Chunk) {
    const choice = choices?.find(({ index = 0 }) => index === 0);
    const { content: text, refusal, tool_calls, ...thoughts } = choice?.delta ?? {};
    const reasoning = thoughts.reasoning ?? thoughts.reasoning_content;
    const toolCalls = tool_calls?.map(({ index, id, function: called }) => {
      return { index, id, name: called?.name, args: called?.arguments };
    });
    const end = { finishReason: choice?.finish_reason, usage: usage && toUsage(usage) };
    return { id, model, text, reasoning, refusal, toolCalls, ...end };
  }
}

function toUsage(used: Usage) {
  const cacheReadTokens = used.prompt_tokens_details?.cached_tokens;
  const reasoningTokens = used.completion_tokens_details?.reasoning_tokens;
  const details = { cacheReadTokens, reasoningTokens };
  return { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens, details };
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  await showChat(new OpenAIChat({ baseUrl, model: process.env.OPENAI_MODEL ?? "alice" }));
}
