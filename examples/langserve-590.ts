/**
 * The wire of langserve issue 590, where the whole answer arrived at once: `{ question, stream: true }`
 * in, `data:` lines and `[DONE]` out. Offline by default; for a server of yours set LANGSERVE_590_URL.
 */
import { HttpStreamingLLM, sse, type HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show } from "./support/show.js";

interface Answer {
  answer: string;
}

export class Langserve590LLM extends HttpStreamingLLM<Answer> {
  endpoint: string;
  override format = sse<Answer>();

  constructor(fields: HttpStreamingLLMFields & { url: string }) {
    super(fields);
    this.endpoint = fields.url;
  }

  _llmType() {
    return "langserve-590";
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    return { question: prompt, stream: true, stop: options.stop };
  }

  parseChunk(record: Answer) {
    return record.answer;
  }
}

if (isMain(import.meta)) {
  const url = process.env.LANGSERVE_590_URL ?? `${(await startModelServer()).origin}/ask`;
  await show(new Langserve590LLM({ url }));
}
