import { StringOutputParser } from "@langchain/core/output_parsers";
import { PromptTemplate } from "@langchain/core/prompts";
import { Hono } from "hono";
import { Langserve590LLM } from "../langserve-590.js";
import { OpenAIChat } from "../openai-chat.js";
import { getWeather } from "../support/show-chat.js";
import { ByHandLLM } from "./by-hand.js";
import { langserve, type LangServeOptions } from "./routes.js";

/** What is served: a text model, the same by hand, a chat model with a tool, and a chain. */
export function createApp(modelOrigin: string, options?: LangServeOptions): Hono {
  const url = `${modelOrigin}/ask`;
  const llm = new Langserve590LLM({ url });
  const chat = new OpenAIChat({ baseUrl: `${modelOrigin}/v1`, model: "alice" });
  const template = PromptTemplate.fromTemplate("Once upon a time {who}");
  return new Hono()
    .route("/llm", langserve(llm, options))
    .route("/by-hand", langserve(new ByHandLLM(url), options))
    .route("/chat", langserve(chat.bindTools([getWeather]), options))
    .route("/chain", langserve(template.pipe(llm).pipe(new StringOutputParser()), options));
}
