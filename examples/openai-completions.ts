/**
 * An OpenAI-compatible `/v1/completions` (vLLM, llama.cpp, LM Studio, …). Offline by default; for a
 * real server set OPENAI_BASE_URL (with its /v1), OPENAI_API_KEY and OPENAI_MODEL.
 */
import { HttpStreamingLLM, sse, type HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show } from "./support/show.js";

interface Completion {
  id: string;
  model: string;
  choices: { text: string; finish_reason: string | null }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
}

export class CompletionsLLM extends HttpStreamingLLM<Completion> {
  endpoint: string;
  override format = sse<Completion>();
  model: string;

  constructor(fields: HttpStreamingLLMFields & { baseUrl: string; model: string }) {
    super(fields);
    this.endpoint = `${fields.baseUrl}/completions`;
    this.model = fields.model;
  }

  _llmType() {
    return "openai-completions";
  }

  override headers() {
    const key = process.env.OPENAI_API_KEY;
    return key ? { authorization: `Bearer ${key}` } : null;
  }

  buildPayload(prompt: string, { stop }: this["ParsedCallOptions"]) {
    const { model } = this;
    return { model, prompt, stop, stream: true, stream_options: { include_usage: true } };
  }

  parseChunk({ id, model, choices: [choice], usage }: Completion) {
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
