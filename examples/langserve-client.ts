/**
 * Models whose endpoint is a `/stream` route of LangServe, of the one in Python or of examples/langserve: a text
 * model, and a chat model. Offline by default; for a server of yours set LANGSERVE_URL, up to its `/stream`.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HttpStreamingChatModel, HttpStreamingLLM, sse } from "http-streaming-llm";
import type { HttpStreamingChatModelFields, HttpStreamingLLMFields } from "http-streaming-llm";
import { startLangServe } from "./langserve/start.js";
import { toJson } from "./langserve/values.js";
import { deltaOf, type Chunk } from "./support/langserve-chunk.js";
import { isMain, show } from "./support/show.js";

type Context = Parameters<HttpStreamingLLM<Chunk>["parseChunk"]>[1];

/** An answer is whole when the event `end` has come. */
const FORMAT = { done: { event: "end" } };

/** The other events are the run's id, the end, and an error, whose data may be a text, too. */
const isData = (event: string | undefined) => event === undefined || event === "data";

export class LangServeLLM extends HttpStreamingLLM<Chunk> {
  endpoint: string;
  override format = sse<Chunk>(FORMAT);

  constructor(fields: HttpStreamingLLMFields & { url: string }) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = fields.url;
  }

  _llmType() {
    return "langserve";
  }

  // Not every server listens to kwargs, so `stop` is enforced here alone.
  buildPayload(input: string) {
    return { input, config: {}, kwargs: {} };
  }

  parseChunk(chunk: Chunk, { event, state }: Context) {
    return isData(event) ? deltaOf(chunk, state) : null;
  }
}

export class LangServeChat extends HttpStreamingChatModel<Chunk> {
  endpoint: string;
  override format = sse<Chunk>(FORMAT);

  constructor(fields: HttpStreamingChatModelFields & { url: string }) {
    super({ endOfStream: "required", ...fields });
    this.endpoint = fields.url;
  }

  _llmType() {
    return "langserve-chat";
  }

  buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
    if (options.tools?.length || options.response_format) {
      throw new Error(
        "LangServe takes no tools with a call: bind them to the model on the server.",
      );
    }
    return { input: toJson(messages), config: {}, kwargs: {} };
  }

  parseChunk(chunk: Chunk, { event, state }: Context) {
    return isData(event) ? deltaOf(chunk, state) : null;
  }
}

if (isMain(import.meta)) {
  const url = process.env.LANGSERVE_URL ?? `${await startLangServe()}/llm/stream`;
  await show(new LangServeLLM({ url }));
}
