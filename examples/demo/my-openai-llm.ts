import { HttpStreamingLLM, sse } from "http-streaming-llm";

interface Completion {
  choices?: { text: string }[];
}

// Ten lines, as the demo shows them.
// prettier-ignore
export class MyLLM extends HttpStreamingLLM<Completion> {
  _llmType() { return "my-llm"; }
  endpoint = "http://127.0.0.1:8000/v1/completions";
  model = "";
  override format = sse<Completion>();
  buildPayload(prompt: string) {
    return { model: this.model, prompt, stream: true, max_tokens: 24 };
  }
  parseChunk(record: Completion) { return record.choices?.[0]?.text; }
}
