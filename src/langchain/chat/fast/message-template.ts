import { isDeepEqual } from "#runtime";
import type {
  AIMessageChunkFields,
  InvalidToolCall,
  ToolCallChunk,
} from "@langchain/core/messages";
import { MESSAGE_MARK } from "../../core-members.js";
import type { ChunkFields } from "../message-content.js";
import { argumentsText, malformedCall } from "../message-tool-calls.js";
import { StreamedMessageChunk } from "../streamed-message-chunk.js";

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
  text: string,
  additional: Record<string, unknown>,
  chunks: ToolCallChunk[],
  invalid: InvalidToolCall[],
): void {
  this.lc_serializable = template.lc_serializable;
  this.lc_kwargs = { ...kwargs };
  this.lc_namespace = [...template.lc_namespace];
  this.id = template.id;
  this.name = template.name;
  this.content = text;
  this.additional_kwargs = additional;
  this.response_metadata = {};
  this.type = template.type;
  this.tool_calls = [];
  this.invalid_tool_calls = invalid;
  this.tool_call_chunks = chunks;
  this.usage_metadata = template.usage_metadata;
  this[MESSAGE_MARK] = true;
  const { lc_kwargs } = this;
  lc_kwargs.content = text;
  lc_kwargs.additional_kwargs = additional;
  lc_kwargs.response_metadata = this.response_metadata;
  lc_kwargs.tool_calls = this.tool_calls;
  lc_kwargs.invalid_tool_calls = invalid;
  lc_kwargs.tool_call_chunks = chunks;
}

type CopyConstructor = new (
  original: Original,
  text: string,
  additional: Record<string, unknown>,
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
  const original = { message, kwargs: { ...message.lc_kwargs }, isCopied: true };
  return { ...original, isCopied: isDeepEqual(copy(original), message) };
}

function made(fields: ChunkFields): StreamedMessageChunk {
  return new StreamedMessageChunk(fields as AIMessageChunkFields);
}

function copyOfText(original: Original, text: string): StreamedMessageChunk {
  return new copyMessage(original, text, {}, [], []);
}

function copyOfReasoning(original: Original, reasoning: string): StreamedMessageChunk {
  return new copyMessage(original, "", { reasoning_content: reasoning }, [], []);
}

/** A piece without an id is no call by itself: that needs no look into its JSON. */
function copyOfArguments(original: Original, index: number, args: string): StreamedMessageChunk {
  const chunks: ToolCallChunk[] = [{ type: "tool_call_chunk", index, args }];
  return new copyMessage(original, "", {}, chunks, [malformedCall("", argumentsText(args))]);
}

/** Makes message chunks that are one piece of an answer each, and differ in nothing else. */
export class MessageTemplate {
  readonly #id: string | undefined;
  readonly #text: Original;
  #reasoning: Original | undefined;
  #arguments: Original | undefined;

  /** @param id of the answer's message. */
  constructor(id: string | undefined) {
    this.#id = id;
    this.#text = originalOf(this.#fields("", {}), (original) => copyOfText(original, ""));
  }

  /** The chunk of a piece of text. */
  withText(text: string): StreamedMessageChunk {
    if (this.#text.isCopied) return copyOfText(this.#text, text);
    return made(this.#fields(text, {}));
  }

  /** The chunk of a piece of reasoning. */
  withReasoning(reasoning: string): StreamedMessageChunk {
    this.#reasoning ??= originalOf(this.#fields("", { reasoning_content: "" }), (original) =>
      copyOfReasoning(original, ""),
    );
    if (this.#reasoning.isCopied) return copyOfReasoning(this.#reasoning, reasoning);
    return made(this.#fields("", { reasoning_content: reasoning }));
  }

  /** The chunk of a piece of a tool call's arguments, after the call's first piece, which has its id. */
  withArguments(index: number, args: string): StreamedMessageChunk {
    this.#arguments ??= originalOf(this.#callFields(0, "{"), (original) =>
      copyOfArguments(original, 0, "{"),
    );
    if (this.#arguments.isCopied) return copyOfArguments(this.#arguments, index, args);
    return made(this.#callFields(index, args));
  }

  #callFields(index: number, args: string): ChunkFields {
    return this.#fields("", {}, { tool_call_chunks: [{ type: "tool_call_chunk", index, args }] });
  }

  /** In the order of those of all other chunks. */
  #fields(
    content: string,
    additional_kwargs: Record<string, unknown>,
    calls: Pick<ChunkFields, "tool_call_chunks"> = {},
  ): ChunkFields {
    const id = this.#id === undefined ? {} : { id: this.#id };
    return { content, additional_kwargs, response_metadata: {}, ...calls, ...id };
  }
}
