import type {
  AIMessageChunkFields,
  InvalidToolCall,
  ToolCallChunk,
} from "@langchain/core/messages";
import { isDeepEqual } from "../../../formats/deep-equal.js";
import { MESSAGE_MARK } from "../../core-members.js";
import type { ChunkFields, ContentFactory } from "../message-content.js";
import { StreamedMessageChunk } from "../streamed-message-chunk.js";

type Content = ChunkFields["content"];
type Additional = Record<string, unknown>;

type MessageFields = {
  -readonly [Key in keyof StreamedMessageChunk]: StreamedMessageChunk[Key] | undefined;
} & Pick<StreamedMessageChunk, "lc_kwargs">;

/** A chunk that others are copied from, made by its constructor. */
interface Original {
  readonly message: StreamedMessageChunk;
  /** Its `lc_kwargs` as plain values: what it says of calls is worked out when it is read. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Another LangChain may give its messages other fields than those that are copied. */
  readonly isCopied: boolean;
}

/**
 * A copy of a message with parts of its own. LangChain's constructors take microseconds for each, several
 * times what all the rest of a token costs. A constructor that only assigns costs a tenth of a generic copy;
 * that it assigns all there is, {@link originalOf} checks. Whatever a reader may change is a fresh object.
 */
function MessageCopy(
  this: MessageFields,
  { message: template, kwargs }: Original,
  content: Content,
  additional: Additional,
  metadata: Record<string, unknown>,
  chunks: ToolCallChunk[],
  invalid: InvalidToolCall[],
): void {
  this.lc_serializable = template.lc_serializable;
  this.lc_kwargs = { ...kwargs };
  this.lc_namespace = [...template.lc_namespace];
  this.id = template.id;
  this.name = template.name;
  this.content = content;
  this.additional_kwargs = additional;
  this.response_metadata = metadata;
  this.type = template.type;
  this.tool_calls = [];
  this.invalid_tool_calls = invalid;
  this.tool_call_chunks = chunks;
  this.usage_metadata = template.usage_metadata;
  this[MESSAGE_MARK] = true;
  const { lc_kwargs } = this;
  lc_kwargs.content = content;
  lc_kwargs.additional_kwargs = additional;
  lc_kwargs.response_metadata = metadata;
  lc_kwargs.tool_calls = this.tool_calls;
  lc_kwargs.invalid_tool_calls = invalid;
  lc_kwargs.tool_call_chunks = chunks;
}

type CopyConstructor = new (
  original: Original,
  content: Content,
  additional: Additional,
  metadata: Record<string, unknown>,
  chunks: ToolCallChunk[],
  invalid: InvalidToolCall[],
) => StreamedMessageChunk;

function copyConstructor(): CopyConstructor {
  MessageCopy.prototype = StreamedMessageChunk.prototype;
  return MessageCopy as unknown as CopyConstructor;
}

const copyMessage = /* @__PURE__ */ copyConstructor();

function originalOf(
  fields: ChunkFields,
  copy: (original: Original) => StreamedMessageChunk,
): Original {
  const message = made(fields);
  // Assigned, these get the shape that those of all other answers have; a spread would keep the shape of this one.
  const kwargs = Object.assign({}, message.lc_kwargs);
  const original = { message, kwargs, isCopied: true };
  const copied = Object.assign({}, copy(original));
  return { ...original, isCopied: isDeepEqual(copied, Object.assign({}, message)) };
}

function made(fields: ChunkFields): StreamedMessageChunk {
  return new StreamedMessageChunk(fields as AIMessageChunkFields);
}

/** Makes message chunks that are one piece of an answer each, and differ in nothing else. */
export class MessageTemplate {
  readonly #id: string | undefined;
  readonly #content: ContentFactory;
  #text: Original | undefined;
  #reasoning: Original | undefined;
  #arguments: Original | undefined;

  /**
   * @param id of the answer's message.
   * @param content which is told of each piece.
   */
  constructor(id: string | undefined, content: ContentFactory) {
    this.#id = id;
    this.#content = content;
  }

  /** The chunk of a piece of text. */
  withText(text: string): StreamedMessageChunk {
    const content = this.#content.ofText(text);
    this.#text ??= this.#original(content, {});
    return this.#piece(this.#text, content, {});
  }

  /** The chunk of a piece of reasoning. */
  withReasoning(reasoning: string): StreamedMessageChunk {
    const content = this.#content.ofReasoning(reasoning);
    const additional = this.#content.hasBlocks ? {} : { reasoning_content: reasoning };
    this.#reasoning ??= this.#original(content, additional);
    return this.#piece(this.#reasoning, content, additional);
  }

  /** The chunk of a piece of a tool call's arguments, after the call's first piece, which has its id. */
  withArguments(index: number, args: string): StreamedMessageChunk {
    const content = this.#content.ofArguments(index, args);
    this.#arguments ??= this.#callOriginal(content, index, args);
    if (this.#arguments.isCopied) return this.#copyOfCall(this.#arguments, content, index, args);
    return made(this.#callFields(content, index, args));
  }

  #original(content: Content, additional: Additional): Original {
    return originalOf(this.#fields(content, additional), (original) =>
      this.#copy(original, content, additional),
    );
  }

  #callOriginal(content: Content, index: number, args: string): Original {
    return originalOf(this.#callFields(content, index, args), (original) =>
      this.#copyOfCall(original, content, index, args),
    );
  }

  #piece(original: Original, content: Content, additional: Additional): StreamedMessageChunk {
    if (original.isCopied) return this.#copy(original, content, additional);
    return made(this.#fields(content, additional));
  }

  #copy(original: Original, content: Content, additional: Additional): StreamedMessageChunk {
    return new copyMessage(original, content, additional, this.#metadata(), [], []);
  }

  /** A piece without an id is no call by itself: that needs no look into its JSON. */
  #copyOfCall(
    original: Original,
    content: Content,
    index: number,
    args: string,
  ): StreamedMessageChunk {
    const chunks: ToolCallChunk[] = [{ type: "tool_call_chunk", index, args }];
    const invalid: object = {
      name: "",
      args: args.trim() || "{}",
      id: undefined,
      error: "Malformed args.",
      type: "invalid_tool_call",
    };
    const calls = [invalid as InvalidToolCall];
    return new copyMessage(original, content, {}, this.#metadata(), chunks, calls);
  }

  #metadata(): Record<string, unknown> {
    return this.#content.hasBlocks ? { output_version: "v1" } : {};
  }

  #callFields(content: Content, index: number, args: string): ChunkFields {
    const calls = { tool_call_chunks: [{ type: "tool_call_chunk" as const, index, args }] };
    return this.#fields(content, {}, calls);
  }

  /** In the order of those of all other chunks. */
  #fields(
    content: Content,
    additional_kwargs: Additional,
    calls: Pick<ChunkFields, "tool_call_chunks"> = {},
  ): ChunkFields {
    const additional = this.#content.hasBlocks ? {} : { additional_kwargs };
    const id = this.#id === undefined ? {} : { id: this.#id };
    return { content, ...additional, response_metadata: this.#metadata(), ...calls, ...id };
  }
}
