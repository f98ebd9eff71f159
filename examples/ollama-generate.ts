/** Ollama's `/api/generate`. Offline by default; for a real Ollama set OLLAMA_URL (and OLLAMA_MODEL). */
import { HttpStreamingLLM, jsonLines, type HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show } from "./support/show.js";

interface Line {
  model: string;
  response: string;
  done: boolean;
  done_reason?: string;
  prompt_eval_count?: number;
  eval_count?: number;
}

export class OllamaLLM extends HttpStreamingLLM<Line> {
  endpoint: URL;
  override format = jsonLines<Line>();
  model: string;

  constructor(fields: HttpStreamingLLMFields & { baseUrl: string; model: string }) {
    super(fields);
    this.endpoint = new URL("/api/generate", fields.baseUrl);
    this.model = fields.model;
  }

  _llmType() {
    return "ollama-generate";
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    return { model: this.model, prompt, stream: true, options: { stop: options.stop } };
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
