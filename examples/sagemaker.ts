/**
 * An endpoint of Amazon SageMaker, with Hugging Face's text-generation-inference in its container: the container's
 * events inside Amazon's binary event stream. Offline by default; for the real thing set AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY, AWS_REGION and SAGEMAKER_ENDPOINT, the endpoint's name.
 */
import { awsEventStream, HttpStreamingLLM, sse, type RequestContext } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { awsUrl, credentials, signed } from "./support/aws.js";
import { isMain, show, type Sampling } from "./support/show.js";

type Details = { finish_reason: string; generated_tokens?: number; input_length?: number };
type Token = { token: { text: string; special?: boolean }; details?: Details | null };
type Fields = HttpStreamingLLMFields & Sampling & { baseUrl: string; name: string };
type CallOptions = HttpStreamingLLMCallOptions & Sampling;

export class SageMakerLLM extends HttpStreamingLLM<Token, CallOptions> {
  endpoint: URL;
  override format = awsEventStream({ payload: sse<Token>() });
  readonly #keys = credentials();

  constructor(private readonly fields: Fields) {
    super({ endOfStream: "required", ...fields });
    const path = `/endpoints/${fields.name}/invocations-response-stream`;
    this.endpoint = new URL(path, fields.baseUrl);
  }

  _llmType() {
    return "sagemaker";
  }

  override headers(_: unknown, context: RequestContext) {
    return signed(context, "sagemaker", this.#keys);
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { temperature, maxTokens, seed, stop } = { ...this.fields, ...options };
    const parameters = { temperature, max_new_tokens: maxTokens, seed, stop };
    return { inputs: prompt, parameters: { ...parameters, details: true }, stream: true };
  }

  parseChunk({ token, details }: Token) {
    const usage = { inputTokens: details?.input_length, outputTokens: details?.generated_tokens };
    const text = token.special ? "" : token.text;
    return { text, usage, finishReason: details?.finish_reason };
  }
}

if (isMain(import.meta)) {
  const { SAGEMAKER_ENDPOINT: name = "alice" } = process.env;
  const baseUrl = awsUrl("runtime.sagemaker") ?? (await startModelServer()).origin;
  await show(new SageMakerLLM({ baseUrl, name }));
}
