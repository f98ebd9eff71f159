/**
 * A chat whose answer goes on after a break: the text so far becomes the beginning of the assistant's message, and
 * the server writes the rest of it. The fields are those of vLLM and SGLang; others mark the message itself, with
 * `prefix: true` (Mistral, DeepSeek), or continue any last message of the assistant (llama.cpp). Offline, the
 * embedded server breaks off after 30 tokens.
 */
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { Continuation, PartialAnswer } from "http-streaming-llm";
import { OpenAIChat } from "./openai-chat.js";
import { startModelServer } from "./server/start.js";
import { isMain, onFailedAttempt } from "./support/show.js";

const QUESTION = "Tell me about the Mad Hatter";

export class UnbrokenChat extends OpenAIChat {
  override continueFrom(
    { text }: PartialAnswer,
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
  ): Continuation | null {
    // A thought that broke off cannot be handed back: it would be read as the answer.
    if (text === "") return null;
    const begun = [...messages, new AIMessage(text)];
    return {
      payload: {
        ...this.buildPayload(begun, options),
        add_generation_prompt: false,
        continue_final_message: true,
      },
    };
  }
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  const model = process.env.OPENAI_MODEL ?? "alice";
  const fields = { headers: { "x-break-after": "30" }, maxRetries: 9, onFailedAttempt };
  const chat = new UnbrokenChat({ baseUrl, model, ...fields });
  console.log(`UnbrokenChat at ${chat.endpoint}`);
  for (const path of ["stream", "streamSync"] as const) {
    console.log(`\n${path}: ${QUESTION} …`);
    const chunks = await chat[path](QUESTION);
    for await (const chunk of chunks) process.stdout.write(chunk.text);
    console.log();
  }
}
