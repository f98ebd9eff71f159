// A user's program, in TypeScript. It is type-checked under several module resolutions, and bundled.
import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";

interface Line {
  response: string;
  done: boolean;
}

class TypedLLM extends HttpStreamingLLM<Line> {
  _llmType() {
    return "typed";
  }
  endpoint = process.argv[2] ?? "";
  format = jsonLines<Line>();
  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    return { prompt, options: { stop: options.stop } };
  }
  parseChunk(line: Line) {
    return { text: line.response, done: line.done };
  }
}

async function main() {
  const llm = new TypedLLM({});
  const asynchronous: string[] = [];
  for await (const token of await llm.stream("hello")) asynchronous.push(token);
  const synchronous: string[] = [...llm.streamSync("hello")];
  console.log(JSON.stringify({ asynchronous, synchronous }));
}

void main();
