/**
 * YandexGPT: every record holds the whole text so far, and counts that are texts; its tokens come from another
 * endpoint. Offline by default; for the real thing set YANDEX_OAUTH_TOKEN and YANDEX_FOLDER_ID (and YANDEX_MODEL).
 */
import { HttpStreamingLLM, jsonLines, sharedToken, type AttemptContext } from "http-streaming-llm";
import type { HttpStreamingLLMCallOptions, HttpStreamingLLMFields } from "http-streaming-llm";
import { startModelServer } from "./server/start.js";
import { isMain, show, type Sampling } from "./support/show.js";

type Alternative = { message: { text: string }; status: string };
type Usage = { inputTextTokens: string; completionTokens: string; totalTokens: string };
type Line = { result?: { alternatives?: Alternative[]; usage?: Usage; modelVersion?: string } };
type Token = { iamToken: string; expiresAt: string };
type Fields = HttpStreamingLLMFields & Sampling & { baseUrl: string; iamUrl: string; uri: string };
type CallOptions = HttpStreamingLLMCallOptions & Sampling;

export class YandexLLM extends HttpStreamingLLM<Line, CallOptions> {
  endpoint: string;
  override format = jsonLines<Line>();
  readonly #oauth = process.env.YANDEX_OAUTH_TOKEN || "offline";
  readonly #token = sharedToken({
    request: () => ({
      url: `${this.fields.iamUrl}/iam/v1/tokens`,
      payload: { yandexPassportOauthToken: this.#oauth },
    }),
    read: ({ body }) => {
      const { iamToken: token, expiresAt } = body as Token;
      return { token, expiresInMs: Date.parse(expiresAt) - Date.now() };
    },
  });

  constructor(private readonly fields: Fields) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = `${fields.baseUrl}/foundationModels/v1/completion`;
  }

  _llmType() {
    return "yandex";
  }

  override headers(_: unknown, context: AttemptContext) {
    return this.#token(context, (token) => ({ authorization: `Bearer ${token}` }));
  }

  buildPayload(prompt: string, options: this["ParsedCallOptions"]) {
    const { temperature, maxTokens, uri: modelUri } = { ...this.fields, ...options };
    const completionOptions = { stream: true, temperature, maxTokens };
    return { modelUri, completionOptions, messages: [{ role: "user", text: prompt }] };
  }

  parseChunk({ result }: Line) {
    const { alternatives, usage: used, modelVersion: model } = result ?? {};
    const { message, status } = alternatives?.[0] ?? {};
    const usage = used && {
      inputTokens: Number(used.inputTextTokens),
      outputTokens: Number(used.completionTokens),
    };
    const finishReason = /FINAL$|CONTENT_FILTER$/.test(status ?? "") ? status : null;
    return { text: message?.text, cumulative: true, finishReason, usage, model };
  }
}

if (isMain(import.meta)) {
  const { YANDEX_OAUTH_TOKEN: key, YANDEX_FOLDER_ID, YANDEX_MODEL } = process.env;
  const origin = key ? "" : (await startModelServer()).origin;
  const baseUrl = origin || "https://llm.api.cloud.yandex.net";
  const uri = `gpt://${YANDEX_FOLDER_ID || "offline"}/${YANDEX_MODEL ?? "yandexgpt-lite"}`;
  await show(new YandexLLM({ baseUrl, iamUrl: origin || "https://iam.api.cloud.yandex.net", uri }));
}
