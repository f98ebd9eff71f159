/**
 * An OpenAI-compatible `/v1/completions` (vLLM, llama.cpp, LM Studio, …). Offline by default; for a
 * real server set OPENAI_BASE_URL (with its /v1), OPENAI_API_KEY and OPENAI_MODEL.
 */
import { HttpStreamingLLM, sse } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show, type Sampling } from "./support/show.js";

interface Completion {
  id: string;
  model: string;
  choices?: { index?: number; text?: string; finish_reason?: string | null }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
}

type Fields = HttpStreamingLLMFields & Sampling & { baseUrl: string; model: string };
type Options = HttpStreamingLLMCallOptions & Sampling;

export class CompletionsLLM extends HttpStreamingLLM<Completion, Options> {
  endpoint: string;
  override format = sse<Completion>();

  constructor(private readonly fields: Fields) {
    super(fields);
    this.endpoint = `${fields.baseUrl}/completions`;
  }

  _llmType() {
    return "openai-completions";
  }

  override headers() {
    const key = process.env.OPENAI_API_KEY;
    return key ? { authorization: `Bearer ${key}` } : null;
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { model, temperature, maxTokens, seed } = { ...this.fields, ...options };
    const drawn = { temperature, max_tokens: maxTokens, seed, stop: options.stop };
    return { model, prompt, ...drawn, stream: true, stream_options: { include_usage: true } };
  }

  parseChunk({ id, model, choices, usage }: Completion) {
    const choice = choices?.find(({ index = 0 }) => index === 0);
    return {
      text: choice?.text,
      finishReason: choice?.finish_reason,
      usage: usage && { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens },
      id,
      model,
    };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  await show(new CompletionsLLM({ baseUrl, model: process.env.OPENAI_MODEL ?? "alice" }));
}
