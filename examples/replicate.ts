/**
 * Replicate: a job. The first response only says where its answer streams, and how to end it when the reader
 * leaves. Offline by default; for the real thing set REPLICATE_API_TOKEN (and REPLICATE_MODEL, "owner/name").
 */
import { HttpStreamingLLM, sse, type HookResponse, type SseEvent } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show, type Sampling } from "./support/show.js";

type Prediction = { error?: string | null; urls?: { stream?: string; cancel?: string } };
type Fields = HttpStreamingLLMFields & Sampling & { baseUrl: string; model: string };
type CallOptions = HttpStreamingLLMCallOptions & Sampling;

export class ReplicateLLM extends HttpStreamingLLM<SseEvent, CallOptions> {
  endpoint: string;
  override format = sse({ raw: true });
  readonly #auth = { authorization: `Bearer ${process.env.REPLICATE_API_TOKEN || "offline"}` };

  constructor(private readonly fields: Fields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = `${fields.baseUrl}/v1/models/${fields.model}/predictions`;
  }

  _llmType() {
    return "replicate";
  }

  override headers() {
    return this.#auth;
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { temperature, maxTokens, seed } = { ...this.fields, ...options };
    return { input: { prompt, temperature, max_new_tokens: maxTokens, seed }, stream: true };
  }

  override nextRequest({ body }: HookResponse) {
    const { urls } = body as Prediction;
    if (urls?.stream === undefined) throw new Error("this model does not stream");
    // To another origin go only the headers that are given here: the stream's address is its credential.
    const headers = { accept: "text/event-stream" };
    const cancel =
      urls.cancel && ({ url: urls.cancel, method: "POST", headers: this.#auth } as const);
    return { url: urls.stream, stream: true, headers, ...(cancel && { cancel }) };
  }

  parseChunk({ event, data }: SseEvent) {
    if (event === "output") return data;
    if (event !== "done") return null;
    const { reason } = JSON.parse(data) as { reason?: string };
    return reason ? { error: { message: `the prediction ended: ${reason}` } } : { done: true };
  }
}

if (isMain(import.meta)) {
  const { REPLICATE_API_TOKEN: key, REPLICATE_MODEL } = process.env;
  const baseUrl = key ? "https://api.replicate.com" : (await startModelServer()).origin;
  const model = REPLICATE_MODEL ?? "meta/meta-llama-3-8b-instruct";
  await show(new ReplicateLLM({ baseUrl, model }));
}
