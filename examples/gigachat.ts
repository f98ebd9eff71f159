/**
 * Sber's GigaChat, whose tokens are good for half an hour: one login for all calls. Offline by default; for the
 * real thing set GIGACHAT_CREDENTIALS, the authorization key (and GIGACHAT_SCOPE, GIGACHAT_MODEL), and trust its
 * certificates: `tls: { ca }` in the constructor, or NODE_EXTRA_CA_CERTS.
 */
import { randomUUID } from "node:crypto";
import { HttpStreamingLLM, sharedToken, sse, type AttemptContext } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show, type Sampling } from "./support/show.js";

type Choice = { delta?: { content?: string }; finish_reason?: string | null };
type Usage = { prompt_tokens: number; completion_tokens: number };
type Chunk = { model?: string; choices?: Choice[]; usage?: Usage };
type Login = { access_token: string; expires_at: number };
type Fields = HttpStreamingLLMFields &
  Sampling & { model: string; baseUrl: string; authUrl: string };
type CallOptions = HttpStreamingLLMCallOptions & Sampling;

export class GigaChatLLM extends HttpStreamingLLM<Chunk, CallOptions> {
  endpoint: string;
  override format = sse<Chunk>();
  readonly #key = process.env.GIGACHAT_CREDENTIALS || "offline";
  readonly #token = sharedToken({
    request: () => ({
      url: this.fields.authUrl,
      headers: { authorization: `Basic ${this.#key}`, rquid: randomUUID() },
      payload: new URLSearchParams({ scope: process.env.GIGACHAT_SCOPE ?? "GIGACHAT_API_PERS" }),
    }),
    read: ({ body }) => {
      const { access_token: token, expires_at } = body as Login;
      return { token, expiresInMs: expires_at - Date.now() };
    },
  });

  constructor(private readonly fields: Fields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = `${fields.baseUrl}/chat/completions`;
  }

  _llmType() {
    return "gigachat";
  }

  override headers(_: unknown, context: AttemptContext) {
    return this.#token(context, (token) => ({ authorization: `Bearer ${token}` }));
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { model, temperature, maxTokens: max_tokens } = { ...this.fields, ...options };
    const messages = [{ role: "user", content: prompt }];
    return { model, messages, temperature, max_tokens, stream: true };
  }

  parseChunk({ model, choices: [choice] = [], usage: used }: Chunk) {
    const usage = used && { inputTokens: used.prompt_tokens, outputTokens: used.completion_tokens };
    return { text: choice?.delta?.content, model, usage, finishReason: choice?.finish_reason };
  }
}

if (isMain(import.meta)) {
  const { GIGACHAT_CREDENTIALS: key, GIGACHAT_MODEL: model = "GigaChat" } = process.env;
  const origin = key ? "https://gigachat.devices.sberbank.ru" : (await startModelServer()).origin;
  const auth = key ? "https://ngw.devices.sberbank.ru:9443" : origin;
  const urls = { baseUrl: `${origin}/api/v1`, authUrl: `${auth}/api/v2/oauth` };
  await show(new GigaChatLLM({ ...urls, model }));
}
