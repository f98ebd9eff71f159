// A model author without TypeScript: no types, no constructor, as little as works.
import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";

export class MyLLM extends HttpStreamingLLM {
  _llmType() {
    return "my-llm";
  }
  endpoint = "http://127.0.0.1:11434/api/generate";
  format = jsonLines();
  buildPayload(prompt, options) {
    return { model: "llama3", prompt, stream: true, options: { stop: options.stop } };
  }
  parseChunk(line) {
    return { text: line.response, done: line.done };
  }
}

/** The same, with members replaced or, as `undefined`, taken away. */
export function without(members) {
  class Broken extends MyLLM {}
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Broken.prototype, name, { value, writable: true, configurable: true });
  }
  const model = new Broken({ maxRetries: 0 });
  for (const name of Object.keys(members)) Reflect.deleteProperty(model, name);
  return model;
}
