/** What LangChain says, as Anthropic's API takes it: the conversation, tools and the choice of one. */
import type { AIMessage, BaseMessage, ToolMessage } from "@langchain/core/messages";
import { toOpenAIMessages, type BoundTool, type OpenAIContentPart } from "http-streaming-llm";

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const system = history.filter(({ type }) => type === "system").map(({ text }) => text);
  const others = history.filter(({ type }) => type !== "system");
  const sent = toOpenAIMessages(others, { reasoningField: "thinking" });
  const messages = sent.map(({ content, thinking }, at) => {
    const message = others[at] as AIMessage & ToolMessage;
    const { type, tool_calls = [], response_metadata } = message;
    const blocks = toParts(content).map(toBlock);
    if (type === "tool") return { role: "user", content: [toResult(message, blocks)] };
    // A model that called tools while thinking wants its thoughts back, as it signed them.
    const { signature } = response_metadata;
    const thoughts = signature === undefined ? [] : [{ type: "thinking", thinking, signature }];
    const calls = tool_calls.map(({ id, name, args }) => {
      return { type: "tool_use", id, name, input: args };
    });
    const role = type === "ai" ? "assistant" : "user";
    return { role, content: [...thoughts, ...blocks, ...calls] };
  });
  return { messages, ...(system.length > 0 && { system: system.join("\n\n") }) };
}

export function toTool({ function: definition, ...tool }: BoundTool) {
  if (definition === undefined) return tool;
  const { name, description, parameters } = definition;
  return { name, description, input_schema: parameters };
}

export function toChoice(choice: unknown) {
  if (typeof choice !== "string") return choice;
  if (choice === "required") return { type: "any" };
  return ["auto", "any", "none"].includes(choice)
    ? { type: choice }
    : { type: "tool", name: choice };
}

function toResult({ tool_call_id, status }: ToolMessage, content: object[]) {
  return {
    type: "tool_result",
    tool_use_id: tool_call_id,
    content,
    is_error: status === "error",
  };
}

function toBlock(part: OpenAIContentPart) {
  if (part.type === "text") return part;
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Anthropic's words.`);
  const { url } = part.image_url;
  const [, media_type, data] = /^data:(.*?);base64,(.*)$/s.exec(url) ?? [];
  const source = data === undefined ? { type: "url", url } : { type: "base64", media_type, data };
  return { type: "image", source };
}

/** A message's content as a list. Empty texts are refused. */
function toParts(content: string | OpenAIContentPart[] | null): OpenAIContentPart[] {
  if (typeof content !== "string") return content ?? [];
  return content === "" ? [] : [{ type: "text", text: content }];
}
