import { isDeepEqual } from "#runtime";
import { MESSAGE_MARK } from "../../core-members.js";
import { StreamedMessageChunk } from "../streamed-message-chunk.js";

type MessageFields = {
  -readonly [Key in keyof StreamedMessageChunk]: StreamedMessageChunk[Key] | undefined;
} & Pick<StreamedMessageChunk, "lc_kwargs">;

/**
 * A copy of a message with a text of its own. LangChain's constructors take microseconds for each, several
 * times what all the rest of a token costs. A constructor that only assigns costs a tenth of a generic copy;
 * that it assigns all there is, {@link MessageTemplate} checks. Whatever a reader may change is a fresh object.
 */
function MessageCopy(this: MessageFields, template: StreamedMessageChunk, text: string): void {
  this.lc_serializable = template.lc_serializable;
  this.lc_kwargs = { ...template.lc_kwargs };
  this.lc_namespace = [...template.lc_namespace];
  this.id = template.id;
  this.name = template.name;
  this.content = text;
  this.additional_kwargs = {};
  this.response_metadata = {};
  this.type = template.type;
  this.tool_calls = [];
  this.invalid_tool_calls = [];
  this.tool_call_chunks = [];
  this.usage_metadata = template.usage_metadata;
  this[MESSAGE_MARK] = true;
  const { lc_kwargs } = this;
  lc_kwargs.content = text;
  lc_kwargs.additional_kwargs = this.additional_kwargs;
  lc_kwargs.response_metadata = this.response_metadata;
  lc_kwargs.tool_calls = this.tool_calls;
  lc_kwargs.invalid_tool_calls = this.invalid_tool_calls;
  lc_kwargs.tool_call_chunks = this.tool_call_chunks;
}

type CopyConstructor = new (template: StreamedMessageChunk, text: string) => StreamedMessageChunk;

function copyConstructor(): CopyConstructor {
  MessageCopy.prototype = StreamedMessageChunk.prototype;
  return MessageCopy as unknown as CopyConstructor;
}

const copyMessage = /* @__PURE__ */ copyConstructor();

/** Makes message chunks that differ in their text only. */
export class MessageTemplate {
  readonly #template: StreamedMessageChunk;
  /** Another LangChain may give its messages other fields than those that are copied. */
  readonly #isCopied: boolean;

  /** @param template a chunk without text, facts and tool calls, made by its constructor. */
  constructor(template: StreamedMessageChunk) {
    this.#template = template;
    this.#isCopied = isDeepEqual(new copyMessage(template, ""), template);
  }

  /** The template with a text. */
  withText(text: string): StreamedMessageChunk {
    if (this.#isCopied) return new copyMessage(this.#template, text);
    return new StreamedMessageChunk({ ...this.#template.lc_kwargs, content: text });
  }
}
