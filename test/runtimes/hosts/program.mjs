/** What a user bundles: a text model that streams, and says what it got as a line of JSON. */
import { HttpStreamingLLM, jsonLines } from "http-streaming-llm";

class Model extends HttpStreamingLLM {
  format = jsonLines();
  constructor(endpoint) {
    super({ maxRetries: 0 });
    this.endpoint = endpoint;
  }
  _llmType() {
    return "bundled";
  }
  buildPayload(prompt) {
    return { prompt };
  }
  parseChunk(record) {
    return record;
  }
}

async function main({ origin, id }) {
  const tokens = [];
  for await (const token of await new Model(`${origin}/answer?id=${id}`).stream("Hi")) {
    if (tokens.push(token) === 1) await fetch(`${origin}/go?id=${id}`);
  }
  let synchronous;
  try {
    synchronous = new Model(`${origin}/whole?id=${id}`).invokeSync("Hi");
  } catch (error) {
    synchronous = error.code;
  }
  console.log(`RESULTS ${JSON.stringify({ tokens, synchronous })}`);
  globalThis.process.exit();
}

main(JSON.parse(globalThis.process.argv[2]));
