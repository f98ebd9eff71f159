/**
 * Completions whose answer goes on after a break: the rest is asked for with the prompt and the text so far, which
 * every server of `/v1/completions` understands. Offline, the embedded server breaks off after 30 tokens.
 */
import type { Continuation, PartialAnswer } from "http-streaming-llm";
import { CompletionsLLM } from "./openai-completions.js";
import { startModelServer } from "./server/start.js";
import { isMain, onFailedAttempt, show } from "./support/show.js";

export class UnbrokenCompletionsLLM extends CompletionsLLM {
  /** A limit of tokens begins anew with each request. */
  override continueFrom(
    { text }: PartialAnswer,
    prompt: string,
    options: this["ParsedCallOptions"],
  ): Continuation {
    return { payload: this.buildPayload(prompt + text, options) };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  const model = process.env.OPENAI_MODEL ?? "alice";
  const fields = { headers: { "x-break-after": "30" }, maxRetries: 9, onFailedAttempt };
  await show(new UnbrokenCompletionsLLM({ baseUrl, model, ...fields }));
}
