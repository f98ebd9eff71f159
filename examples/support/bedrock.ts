/** What LangChain says, as Bedrock's Converse takes it, and what its events say, as Anthropic's say it. */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { BaseMessage, ContentBlock } from "@langchain/core/messages";
import type { BoundTool, TokenUsage } from "http-streaming-llm";
import type { OpenAIContentPart } from "http-streaming-llm/openai";
import type { Block, Filling } from "./anthropic-answer.js";
import { joinTurns, type Turn } from "./history.js";
import type { ChatOptions } from "./show-chat.js";

/** The payload of an event; which fields it has depends on the event. */
export interface ConverseEvent {
  readonly contentBlockIndex?: number;
  readonly start?: { readonly toolUse?: { toolUseId: string; name: string } };
  readonly delta?: {
    readonly text?: string;
    readonly toolUse?: { readonly input: string };
    readonly reasoningContent?: { readonly text?: string; readonly signature?: string };
  };
  readonly stopReason?: string;
  readonly usage?: Usage;
}

type Count = `${"input" | "output" | "total" | "cacheReadInput" | "cacheWriteInput"}Tokens`;
type Usage = { readonly [count in Count]?: number };

/** Of a block that was not announced, its first piece says what it is. */
export function toBlock({ start, delta }: ConverseEvent): Block {
  const { toolUseId: id, name } = start?.toolUse ?? {};
  if (id !== undefined && name !== undefined) return { type: "tool_use", id, name };
  return { type: delta?.reasoningContent === undefined ? "text" : "thinking" };
}

export function toFilling({ delta }: ConverseEvent): Filling {
  const { text, toolUse, reasoningContent: thoughts } = delta ?? {};
  return {
    ...(text !== undefined && { text }),
    ...(toolUse !== undefined && { partial_json: toolUse.input }),
    ...(thoughts?.text !== undefined && { thinking: thoughts.text }),
    ...(thoughts?.signature !== undefined && { signature: thoughts.signature }),
  };
}

/** Of the input, `inputTokens` is only what neither came from the cache nor went into it. */
export function toUsage(used: Usage): TokenUsage {
  const { cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0 } = used;
  const inputTokens = (used.inputTokens ?? 0) + read + written;
  const details = { cacheReadTokens: read || null, cacheCreationTokens: written || null };
  return { inputTokens, outputTokens: used.outputTokens, details };
}

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const { system, turns } = joinTurns(history, toContent);
  const messages = turns.map(({ isAnswer, said }) => {
    return { role: isAnswer ? "assistant" : "user", content: said };
  });
  return { messages, ...(system.length > 0 && { system }) };
}

function toContent({ message, parts, blocks, calls }: Turn): object[] {
  if (AIMessage.isInstance(message)) {
    const uses = calls.map(({ id, name, args: input }) => {
      return { toolUse: { toolUseId: id, name, input } };
    });
    return [...blocks.flatMap(toAnswerBlock), ...uses];
  }
  const content = parts.map(toPart);
  if (!ToolMessage.isInstance(message)) return content;
  const status = message.status === "error" ? "error" : "success";
  return [{ toolResult: { toolUseId: message.tool_call_id, content, status } }];
}

function toAnswerBlock({ type, text, reasoning, signature }: ContentBlock): object[] {
  if (type === "text") return text ? [{ text }] : [];
  if (type !== "reasoning") throw new Error(`There is no ${type} in an answer of Converse's.`);
  // Without its signature it is refused.
  if (signature === undefined) return [];
  return [{ reasoningContent: { reasoningText: { text: reasoning, signature } } }];
}

function toPart(part: OpenAIContentPart) {
  if (part.type === "text") return { text: part.text };
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Converse's words.`);
  const [, format, bytes] = /^data:image\/(.*?);base64,(.*)$/s.exec(part.image_url.url) ?? [];
  if (bytes === undefined) throw new Error("Converse takes an image's data, not its URL.");
  return { image: { format, source: { bytes } } };
}

/** The tools, and which of them has to be called. There is no word for none of them: then none is sent. */
export function toTools({ tools, tool_choice: choice }: ChatOptions) {
  if (!tools?.length || choice === "none") return {};
  return { toolConfig: { tools: tools.map(toTool), toolChoice: toChoice(choice) } };
}

function toChoice(choice: unknown) {
  if (typeof choice !== "string") return choice;
  if (choice === "auto") return { auto: {} };
  return choice === "any" || choice === "required" ? { any: {} } : { tool: { name: choice } };
}

function toTool({ function: definition, ...tool }: BoundTool) {
  if (definition === undefined) return tool;
  const { name, description, parameters: json } = definition;
  return { toolSpec: { name, description, inputSchema: { json } } };
}
