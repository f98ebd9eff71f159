/**
 * LangChain's objects in LangServe's JSON: messages, documents and prompt values as pydantic writes them, with a
 * `type`, in snake case, and `null` where there is nothing.
 */
import { Document } from "@langchain/core/documents";
import {
  AIMessage,
  BaseMessage,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { ChatPromptValue, StringPromptValue } from "@langchain/core/prompt_values";

type Json = Readonly<Record<string, unknown>>;

/** The types of messages: LangChain.js's name, Python's, and what Python calls a chunk. */
const TYPES: Readonly<Record<string, readonly [whole: string, chunk: string]>> = {
  ai: ["ai", "AIMessageChunk"],
  human: ["human", "HumanMessageChunk"],
  system: ["system", "SystemMessageChunk"],
  tool: ["tool", "ToolMessageChunk"],
  function: ["function", "FunctionMessageChunk"],
  generic: ["chat", "ChatMessageChunk"],
};

/** Writes a piece of what a runnable gives. */
export function toJson(value: unknown): unknown {
  return write(value, false);
}

/**
 * Writes what a runnable gave as a whole. A message is no chunk any more, though it may have been put together from
 * some: of a chunk, clients parse the tool calls anew, and those that were refused here would become valid.
 */
export function toWholeJson(value: unknown): unknown {
  return write(value, true);
}

function write(value: unknown, whole: boolean): unknown {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return null;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => write(item, whole));
  // Its words may name what only the server should know.
  if (value instanceof Error) return { message: "Internal Server Error" };
  if (BaseMessage.isInstance(value)) return writeFields(messageFields(value, whole), whole);
  return writeFields(knownFields(value) ?? jsonOf(value), whole);
}

function writeFields(fields: Json, whole: boolean): Json {
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, write(item, whole)]));
}

function messageFields(message: BaseMessage, whole: boolean): Json {
  const { content, additional_kwargs, response_metadata, name, id } = message;
  const isChunk = !whole && "concat" in message;
  const [type, chunkType] = TYPES[message.type] ?? [message.type, `${message.type}Chunk`];
  return {
    ...{ content, additional_kwargs, response_metadata },
    ...{ type: isChunk ? chunkType : type, name, id },
    ...fieldsOfKind(message, isChunk),
  };
}

function fieldsOfKind(message: BaseMessage, isChunk: boolean): Json {
  if (AIMessage.isInstance(message)) {
    const { tool_calls = [], invalid_tool_calls = [], usage_metadata } = message;
    const chunks = (message as { tool_call_chunks?: unknown }).tool_call_chunks ?? [];
    const calls = isChunk ? { tool_call_chunks: chunks } : {};
    return { tool_calls, invalid_tool_calls, usage_metadata, ...calls };
  }
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id, status = "success" } = message;
    return { tool_call_id, artifact: message.artifact as unknown, status };
  }
  return ChatMessage.isInstance(message) ? { role: message.role } : {};
}

/** The fields of LangChain's other objects; `undefined` for what is none. */
function knownFields(value: object): Json | undefined {
  if (value instanceof Document) {
    return {
      id: value.id,
      metadata: value.metadata,
      page_content: value.pageContent,
      type: "Document",
    };
  }
  if (value instanceof StringPromptValue) return { text: value.value, type: "StringPromptValue" };
  if (value instanceof ChatPromptValue) {
    return { messages: value.messages, type: "ChatPromptValueConcrete" };
  }
  if ("generations" in value) {
    const { generations, llmOutput } = value as { generations: unknown; llmOutput?: unknown };
    return { generations, llm_output: llmOutput, run: null, type: "LLMResult" };
  }
  if ("text" in value && "generationInfo" in value) {
    const { text, generationInfo, message } = value as Json;
    const isChunk = "concat" in value;
    const type = `${message === undefined ? "" : "Chat"}Generation${isChunk ? "Chunk" : ""}`;
    const said = message === undefined ? {} : { message };
    return { text, generation_info: generationInfo, type, ...said };
  }
  return undefined;
}

/** What JSON makes of an object: of dates their text, for example. */
function jsonOf(value: object): Json {
  if (!("toJSON" in value)) return value as Json;
  const json: unknown = JSON.parse(JSON.stringify(value));
  return typeof json === "object" && json !== null ? (json as Json) : { value: json };
}

const MESSAGES: readonly (readonly [RegExp, new (fields: never) => BaseMessage])[] = [
  [/^(ai|AIMessage|AIMessageChunk)$/, AIMessage],
  [/^(human|HumanMessage|HumanMessageChunk)$/, HumanMessage],
  [/^(system|SystemMessage|SystemMessageChunk)$/, SystemMessage],
  [/^(tool|ToolMessage|ToolMessageChunk)$/, ToolMessage],
  [/^(function|FunctionMessage|FunctionMessageChunk)$/, FunctionMessage],
  [/^(chat|generic|ChatMessage|ChatMessageChunk)$/, ChatMessage],
];

/**
 * Reads an input that a client sent: messages, documents and prompt values become objects again, the rest stays as it
 * is. `{ messages: […] }` is what a chain takes, unless a `type` says that it is a prompt.
 */
export function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson);
  if (typeof value !== "object" || value === null) return value;
  return messageOf(value as Json) ?? readFields(value as Json);
}

function messageOf(value: Json): BaseMessage | undefined {
  const { type } = value;
  if (typeof type !== "string" || !("content" in value)) return undefined;
  const [, Message] = MESSAGES.find(([types]) => types.test(type)) ?? [];
  if (Message === undefined) return undefined;
  // LangChain.js has absent fields where Python has null.
  const fields = Object.entries(value).filter(([key, item]) => key !== "type" && item !== null);
  return new Message(Object.fromEntries(fields) as never);
}

function readFields(value: Json): unknown {
  const entries = Object.entries(value).map(([key, item]) => [key, fromJson(item)] as const);
  const fields = Object.fromEntries(entries);
  const { type, text, messages } = fields;
  if (type === "Document" && typeof fields.page_content === "string") {
    const { page_content: pageContent, metadata } = fields;
    return new Document({ pageContent, metadata: (metadata ?? {}) as Record<string, unknown> });
  }
  if (/^StringPromptValue/.test(String(type))) return new StringPromptValue(String(text));
  if (/^ChatPromptValue/.test(String(type)) || isWrittenPrompt(value)) {
    return new ChatPromptValue(messages as BaseMessage[]);
  }
  return fields;
}

/** A prompt as `RemoteRunnable` of LangChain.js writes it down, in a chain that begins with a template. */
function isWrittenPrompt({ lc_namespace: namespace, messages }: Json): boolean {
  return Array.isArray(messages) && Array.isArray(namespace) && namespace.includes("prompt_values");
}
