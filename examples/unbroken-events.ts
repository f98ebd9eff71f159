/**
 * A server whose events have ids, and that sends what came after one of them: an answer goes on where its
 * connection broke off, as it does in a browser's EventSource. Offline, the embedded server breaks off after 20
 * tokens.
 */
import { HttpStreamingLLM, sse } from "http-streaming-llm";
import type { Continuation, HttpStreamingLLMFields, PartialAnswer } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, onFailedAttempt, show } from "./support/show.js";

/** Of events of the name `token`, and of the one that is the end. */
interface Data {
  text?: string;
  finishReason?: string;
  promptTokens?: number;
  outputTokens?: number;
}

export class EventsLLM extends HttpStreamingLLM<Data> {
  endpoint: string;
  override format = sse<Data>();

  constructor(fields: HttpStreamingLLMFields & { url: string }) {
    // A stream that ends without its last event has broken off, however orderly.
    super({ endOfStream: "required", ...fields });
    this.endpoint = fields.url;
  }

  _llmType() {
    return "events";
  }

  buildPayload(prompt: string, { stop }: this["ParsedCallOptions"]) {
    return { prompt, stop };
  }

  parseChunk({ text, finishReason, promptTokens, outputTokens }: Data) {
    return { text, finishReason, usage: { inputTokens: promptTokens, outputTokens } };
  }

  /** The same request again, with one header more. With a cursor tool calls can be gone on with, too. */
  override continueFrom({ lastEventId }: PartialAnswer): Continuation {
    return { cursor: true, headers: { "last-event-id": lastEventId } };
  }
}

if (isMain(import.meta)) {
  const url = process.env.EVENTS_URL ?? `${(await startModelServer()).origin}/events`;
  await show(
    new EventsLLM({ url, headers: { "x-break-after": "20" }, maxRetries: 9, onFailedAttempt }),
  );
}
