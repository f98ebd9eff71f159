/** What LangChain says, as Anthropic's API takes it: the conversation, tools and the choice of one. */
import {
  AIMessage,
  ToolMessage,
  type BaseMessage,
  type ContentBlock,
} from "@langchain/core/messages";
import type { BoundTool } from "http-streaming-llm";
import type { OpenAIContentPart } from "http-streaming-llm/openai";
import { joinTurns, type Turn } from "./history.js";

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const { system, turns } = joinTurns(history, "anthropic", toContent);
  const messages = turns.map(({ isAnswer, said }) => {
    return { role: isAnswer ? "assistant" : "user", content: said };
  });
  return { messages, ...(system.length > 0 && { system }) };
}

function toContent({ message, parts, blocks }: Turn): object[] {
  if (AIMessage.isInstance(message)) return blocks.flatMap(toAnswerBlock);
  const content = parts.map(toBlock);
  if (!ToolMessage.isInstance(message)) return content;
  const { tool_call_id: tool_use_id, status } = message;
  const result = { tool_use_id, is_error: status === "error" };
  return [{ type: "tool_result", ...result, ...(content.length > 0 && { content }) }];
}

/** What the model said goes back to it as it came, thoughts with their signatures. Empty texts are refused. */
function toAnswerBlock(block: ContentBlock): object[] {
  const { type, text, reasoning: thinking = "", signature, value, index, ...rest } = block;
  switch (type) {
    case "call":
      return [{ type: "tool_use", id: rest.id, name: rest.name, input: rest.args }];
    case "text":
      return text ? [{ type, text, ...citationsOf(block) }] : [];
    case "reasoning":
      return signature ? [{ type: "thinking", thinking, signature }] : [];
    case "non_standard":
      return [value as object];
    case "thinking":
    case "redacted_thinking":
    case "server_tool_use":
    case "web_search_tool_result":
      // As LangChain's own class for this API keeps it.
      return [{ type, ...rest, ...(signature !== undefined && { signature }) }];
    default:
      throw new Error(`There is no ${type} in an answer of Anthropic's.`);
  }
}

function citationsOf({ annotations }: ContentBlock) {
  const cited = (annotations ?? []) as { extras?: unknown }[];
  const citations = cited.flatMap(({ extras }) => extras ?? []);
  return citations.length > 0 ? { citations } : {};
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

function toBlock(part: OpenAIContentPart) {
  if (part.type === "text") return part;
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Anthropic's words.`);
  const { image_url: image, cache_control } = part;
  const [, media_type, data] = /^data:(.*?);base64,(.*)$/s.exec(image.url) ?? [];
  const inUrl = data === undefined;
  const source = inUrl ? { type: "url", url: image.url } : { type: "base64", media_type, data };
  return { type: "image", source, cache_control };
}
