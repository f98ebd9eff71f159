import type { AIMessageChunk } from "@langchain/core/messages";

/**
 * Makes message chunks that differ in their text only. LangChain's constructors take microseconds for
 * each, several times what all the rest of a token costs; a copy of a chunk that they made is the same
 * chunk. Whatever a reader may change is a fresh object in every copy.
 */
export class MessageTemplate<Message extends AIMessageChunk> {
  readonly #template: Message;
  readonly #prototype: object;

  /** @param template a chunk without text, facts and tool calls, made by its constructor. */
  constructor(template: Message) {
    this.#template = template;
    this.#prototype = Object.getPrototypeOf(template) as object;
  }

  /** The template with a text. */
  withText(text: string): Message {
    const template = this.#template;
    const content = {
      content: text,
      additional_kwargs: {},
      response_metadata: {},
      tool_calls: [],
      invalid_tool_calls: [],
      tool_call_chunks: [],
    };
    const message = Object.assign(Object.create(this.#prototype) as Message, template, content);
    message.lc_kwargs = { ...template.lc_kwargs, ...content };
    return message;
  }
}
