/**
 * The prompt in, text out, no framing at all: characters may be cut in the middle between two chunks.
 * Offline by default; for a server of yours set PLAIN_TEXT_URL.
 */
import { HttpStreamingLLM, text, type HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show } from "./support/show.js";

export class PlainTextLLM extends HttpStreamingLLM<string> {
  endpoint: string;
  override format = text();

  constructor(fields: HttpStreamingLLMFields & { url: string }) {
    super(fields);
    this.endpoint = fields.url;
  }

  _llmType() {
    return "plain-text";
  }

  /** A string goes as it is, as text/plain. */
  buildPayload(prompt: string) {
    return prompt;
  }

  parseChunk(piece: string) {
    return piece;
  }
}

if (isMain(import.meta)) {
  const url = process.env.PLAIN_TEXT_URL ?? `${(await startModelServer()).origin}/text`;
  await show(new PlainTextLLM({ url }));
}
