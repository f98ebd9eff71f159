// A user's program for a browser or a worker, type-checked without Node's types.
import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";
import * as openai from "http-streaming-llm/openai";
import * as testing from "http-streaming-llm/testing";

interface Line {
  response: string;
  done: boolean;
}

export class WebLLM extends HttpStreamingLLM<Line> {
  _llmType() {
    return "web";
  }
  endpoint = new URL("https://example.com/api");
  format = jsonLines<Line>();
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk(line: Line) {
    return { text: line.response, done: line.done };
  }
}

export const llm = new WebLLM({ tls: { ca: new Uint8Array(1) }, timeouts: { idle: 1000 } });
export { openai, testing };
