import type { AIMessage, BaseMessage, ChatMessage, ToolMessage } from "@langchain/core/messages";
import { HookError } from "../errors.js";
import { hasFields } from "../formats/fields.js";
import { inexpressible, toOpenAIContent, type OpenAIContentPart } from "./content-parts.js";
import { toOpenAIToolCalls, type OpenAIToolCall } from "./tool-calls.js";

/** A message of the developer. `developer` is the newer name of `system`. */
export interface OpenAISystemMessage {
  role: "system" | "developer";
  content: string | OpenAIContentPart[];
  name?: string;
  tool_calls?: never;
  tool_call_id?: never;
}

/** A message of the user. */
export interface OpenAIUserMessage {
  role: "user";
  content: string | OpenAIContentPart[];
  name?: string;
  tool_calls?: never;
  tool_call_id?: never;
}

/** A message of the model. `content` is `""` where it only called tools or refused. */
export interface OpenAIAssistantMessage {
  role: "assistant";
  content: string | OpenAIContentPart[];
  name?: string;
  refusal?: string;
  tool_calls?: OpenAIToolCall[];
  tool_call_id?: never;
  /** The model's reasoning, under the name that `reasoningField` gave it. */
  [reasoningField: string]: unknown;
}

/** The result of a tool call. */
export interface OpenAIToolMessage {
  role: "tool";
  content: string | OpenAIContentPart[];
  tool_call_id: string;
  tool_calls?: never;
  name?: string;
}

/** A `ChatMessage` of LangChain with a role of its own, for models whose template knows more roles. */
export interface OpenAICustomMessage {
  role: string & Record<never, never>;
  content: string | OpenAIContentPart[];
  name?: string;
  tool_calls?: never;
  tool_call_id?: never;
}

/**
 * A message of the OpenAI-compatible chat API, which vLLM, llama.cpp, LM Studio and many others speak. Any of them may be
 * asked for its `tool_calls` and its `tool_call_id`: a role of one's own keeps TypeScript from telling them apart.
 */
export type OpenAIMessage =
  | OpenAISystemMessage
  | OpenAIUserMessage
  | OpenAIAssistantMessage
  | OpenAIToolMessage
  | OpenAICustomMessage;

/** Options of {@link toOpenAIMessages}. */
export interface OpenAIMessageOptions {
  /**
   * The field in which the server wants the model's earlier reasoning back, `"reasoning_content"` for example.
   * Default: none, reasoning is not sent. Most chat templates drop it, some servers refuse it (DeepSeek
   * answers 400), and it costs tokens; models that reason between tool calls (gpt-oss, Kimi) want it.
   */
  reasoningField?: string | undefined;
}

/**
 * LangChain messages as the `messages` of an OpenAI-compatible chat request: roles and names, text, images,
 * audio and files, tool calls and their results. Content that is text alone is one string, whatever its role:
 * many servers' templates take nothing else. What the wire cannot say is an error, not left out; a part that
 * is in OpenAI's own shape already goes as it is.
 *
 * A tool call that was not valid is left out, unless a `ToolMessage` of the list answers it: then its
 * arguments are `{"invalid_arguments": "…"}` with what the model wrote. So give the whole conversation, not
 * one message after the other.
 *
 * Reasoning is not sent unless {@link OpenAIMessageOptions.reasoningField} says where. What is in an answer for its own
 * provider alone is not sent: redacted thoughts, calls and results of the server's tools, blocks of type "non_standard".
 *
 * @throws HookError for a message or a content block that has no OpenAI form; it says what to write instead.
 *
 * @example
 * ```ts
 * buildPayload(messages: BaseMessage[], options: this["ParsedCallOptions"]) {
 *   return { model: "qwen3", messages: toOpenAIMessages(messages), tools: options.tools, stream: true };
 * }
 * ```
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function toOpenAIMessages(
  messages: readonly BaseMessage[],
  options: OpenAIMessageOptions = {},
): OpenAIMessage[] {
  requireList(messages);
  checkOptions(options);
  const calls = toOpenAIToolCalls(messages);
  return messages.map((message, place) => toOpenAIMessage(message, calls[place] ?? [], options));
}

function requireList(messages: unknown): void {
  if (Array.isArray(messages)) return;
  throw new HookError(
    "buildPayload",
    "toOpenAIMessages: the first argument is no array. Give the messages that buildPayload is given, or a single one as [message].",
  );
}

/** A misspelt option would be left out without a word. */
function checkOptions(options: OpenAIMessageOptions): void {
  const { reasoningField, ...others } = options;
  const isText = typeof reasoningField === "string" || reasoningField === undefined;
  if (isText && typeof options === "object" && Object.keys(others).length === 0) return;
  throw new HookError(
    "buildPayload",
    'toOpenAIMessages: the options have to be { reasoningField: "reasoning_content" }, with the name of a field, or none.',
  );
}

function toOpenAIMessage(
  message: BaseMessage,
  calls: OpenAIToolCall[],
  options: OpenAIMessageOptions,
): OpenAIMessage {
  const named = nameOf(message);
  switch (message.type) {
    case "system": {
      // The mark that LangChain puts on a message that was given the role "developer".
      const isDeveloper = message.additional_kwargs.__openai_role__ === "developer";
      const role = isDeveloper ? "developer" : "system";
      return { role, content: toOpenAIContent(message.content), ...named };
    }
    case "human":
      return { role: "user", content: toOpenAIContent(message.content), ...named };
    case "ai":
      return { ...assistantMessage(message as AIMessage, calls, options), ...named };
    case "tool": {
      const { tool_call_id } = message as ToolMessage;
      return { role: "tool", content: toOpenAIContent(message.content), tool_call_id, ...named };
    }
    case "generic":
      return {
        role: (message as ChatMessage).role,
        content: toOpenAIContent(message.content),
        ...named,
      };
    case "function":
      throw inexpressible(
        "a FunctionMessage",
        "Write a ToolMessage with the tool_call_id of the call it answers.",
      );
    default:
      throw inexpressible(
        hasFields(message) && message.type !== undefined
          ? `a message of type "${message.type}"`
          : "what is no message of LangChain's",
        "Write a HumanMessage, AIMessage, SystemMessage, ToolMessage or ChatMessage.",
      );
  }
}

/**
 * The name that LangChain's agents write on each answer, unless they have one themselves. It tells nobody apart, and
 * Mistral refuses messages that have a name.
 */
const UNNAMED_AGENT = "model";

function nameOf({ type, name }: BaseMessage): { name?: string } {
  return !name || (type === "ai" && name === UNNAMED_AGENT) ? {} : { name };
}

/**
 * Blocks of an answer that are elsewhere in an OpenAI message, or nowhere: calls, refusal, reasoning, and what another
 * provider wants back as it came, thoughts and its own tools. By LangChain's names, and by those of Anthropic's models.
 */
const ASIDE =
  /^(?:refusal|reasoning|(?:redacted_)?thinking|non_standard|(?:invalid_|server_)?tool_call(?:_chunk|_result)?|\w*tool_use|\w+_tool_result|input_json_delta)$/;

function assistantMessage(
  message: AIMessage,
  calls: OpenAIToolCall[],
  { reasoningField }: OpenAIMessageOptions,
): OpenAIAssistantMessage {
  if (calls.length === 0 && hasFields(Reflect.get(message.additional_kwargs, "function_call"))) {
    throw inexpressible(
      "a function_call, which came before tool calls,",
      "Write it as a tool call: new AIMessage({ content, tool_calls: [{ id, name, args }] }), and its result as a ToolMessage.",
    );
  }
  const refusal = fromBlocks(message, "refusal");
  const reasoning =
    reasoningField === undefined ? "" : fromBlocks(message, "reasoning", "reasoning_content");
  return {
    role: "assistant",
    content: answerContent(message),
    ...(refusal !== "" && { refusal }),
    ...(reasoning !== "" && { [reasoningField as string]: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function answerContent({ content }: AIMessage): string | OpenAIContentPart[] {
  if (!Array.isArray(content)) return toOpenAIContent(content);
  return toOpenAIContent(content.filter(({ type }) => !ASIDE.test(type)));
}

/** A text that is in blocks of its own (v1), or beside the content (v0). */
function fromBlocks(message: AIMessage, type: string, kwarg = type): string {
  const { content } = message;
  const aside = message.additional_kwargs[kwarg];
  if (typeof aside === "string") return aside;
  if (!Array.isArray(content)) return "";
  const pieces = content.filter((block) => block.type === type).map((block) => block[type]);
  return pieces.filter((piece) => typeof piece === "string").join("");
}
