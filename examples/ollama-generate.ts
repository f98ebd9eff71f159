/** Ollama's `/api/generate`. Offline by default; for a real Ollama set OLLAMA_URL (and OLLAMA_MODEL). */
import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show, type Sampling } from "./support/show.js";

interface Line {
  model: string;
  response?: string;
  done: boolean;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
}

type Fields = HttpStreamingLLMFields & Sampling & { baseUrl: string; model: string };
type Options = HttpStreamingLLMCallOptions & Sampling;

export class OllamaLLM extends HttpStreamingLLM<Line, Options> {
  endpoint: URL;
  override format = jsonLines<Line>();

  constructor(private readonly fields: Fields) {
    super(fields);
    this.endpoint = new URL("/api/generate", fields.baseUrl);
  }

  _llmType() {
    return "ollama-generate";
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { model, temperature, maxTokens: num_predict, seed } = { ...this.fields, ...options };
    const { stop } = options;
    return { model, prompt, stream: true, options: { temperature, num_predict, seed, stop } };
  }

  parseChunk(line: Line) {
    return {
      text: line.response,
      done: line.done,
      model: line.model,
      finishReason: line.done_reason,
      usage: { inputTokens: line.prompt_eval_count, outputTokens: line.eval_count },
    };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OLLAMA_URL ?? (await startModelServer()).origin;
  await show(new OllamaLLM({ baseUrl, model: process.env.OLLAMA_MODEL ?? "llama3" }));
}
