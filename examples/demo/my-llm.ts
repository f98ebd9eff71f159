import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";

interface Line {
  response: string;
  done: boolean;
}

// Ten lines, as the demo shows them.
// prettier-ignore
export class MyLLM extends HttpStreamingLLM<Line> {
  _llmType() { return "my-llm"; }
  endpoint = "http://127.0.0.1:11434/api/generate";
  model = "llama3";
  override format = jsonLines<Line>();
  buildPayload(prompt: string) {
    return { model: this.model, prompt, stream: true, options: { num_predict: 24 } };
  }
  parseChunk(line: Line) { return { text: line.response, done: line.done }; }
}
