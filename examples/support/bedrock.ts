/** What LangChain says, as Bedrock's Converse takes it, and what its events say, as Anthropic's say it. */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { BaseMessage, ContentBlock } from "@langchain/core/messages";
import type { BoundTool, ChunkContext, TokenUsage } from "http-streaming-llm";
import type { OpenAIContentPart } from "http-streaming-llm/openai";
import { OpenBlock, type Block } from "./anthropic-answer.js";
import { joinTurns, type Turn } from "./history.js";
import type { ChatOptions } from "./show-chat.js";

/** The payload of an event; which fields it has depends on the event. */
export interface ConverseEvent {
  readonly contentBlockIndex?: number;
  readonly start?: { readonly toolUse?: { toolUseId: string; name: string } };
  readonly delta?: {
    readonly text?: string;
    readonly toolUse?: { readonly input: string };
    readonly reasoningContent?: Thoughts;
  };
  readonly stopReason?: string;
  /** What guardrails did. */
  readonly trace?: object;
  readonly usage?: Usage;
}

interface Thoughts {
  readonly text?: string;
  readonly signature?: string;
  /** Encrypted, in base64. */
  readonly redactedContent?: string;
}

type Count = `${"input" | "output" | "total" | "cacheReadInput" | "cacheWriteInput"}Tokens`;
type Usage = { readonly [count in Count]?: number };

/** What a block begins with. */
export function toBlock({ start }: ConverseEvent): Block | undefined {
  const { toolUseId: id, name } = start?.toolUse ?? {};
  return id !== undefined && name !== undefined ? { type: "tool_use", id, name } : undefined;
}

/** What fills a block. Of one that was not announced, it says what the block is. */
export function toPiece({ contentBlockIndex = 0, delta }: ConverseEvent, state: State) {
  const { text, toolUse, reasoningContent: thoughts } = delta ?? {};
  const { redactedContent, text: thinking, signature } = thoughts ?? {};
  if (redactedContent !== undefined) {
    // It comes whole, and goes back as it came.
    const value = { reasoningContent: { redactedContent } };
    return { blocks: [{ type: "non_standard", value }] };
  }
  const block = OpenBlock.at(contentBlockIndex, state, { type: thoughts ? "thinking" : "text" });
  return block.add({
    ...(text !== undefined && { text }),
    ...(toolUse !== undefined && { partial_json: toolUse.input }),
    ...(thinking !== undefined && { thinking }),
    ...(signature !== undefined && { signature }),
  });
}

type State = ChunkContext["state"];

/** Of the input, `inputTokens` is only what neither came from the cache nor went into it. */
export function toUsage(used: Usage): TokenUsage {
  const { cacheReadInputTokens: read = 0, cacheWriteInputTokens: written = 0 } = used;
  const inputTokens = (used.inputTokens ?? 0) + read + written;
  const details = { cacheReadTokens: read || null, cacheCreationTokens: written || null };
  return { inputTokens, outputTokens: used.outputTokens, details };
}

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const { system, turns } = joinTurns(history, "bedrock", toContent);
  const messages = turns.map(({ isAnswer, said }) => {
    return { role: isAnswer ? "assistant" : "user", content: said };
  });
  return { messages, ...(system.length > 0 && { system }) };
}

function toContent({ message, parts, blocks }: Turn): object[] {
  if (AIMessage.isInstance(message)) return blocks.flatMap(toAnswerBlock);
  const content = parts.map(toPart);
  if (!ToolMessage.isInstance(message)) return content;
  const status = message.status === "error" ? "error" : "success";
  return [{ toolResult: { toolUseId: message.tool_call_id, content, status } }];
}

function toAnswerBlock({
  type,
  text,
  reasoning,
  signature,
  value,
  ...rest
}: ContentBlock): object[] {
  switch (type) {
    case "call":
      return [{ toolUse: { toolUseId: rest.id, name: rest.name, input: rest.args } }];
    case "text":
      return text ? [{ text }] : [];
    case "reasoning":
      // Without its signature it is refused.
      if (signature === undefined) return [];
      return [{ reasoningContent: { reasoningText: { text: reasoning, signature } } }];
    case "non_standard":
      return [value as object];
    default:
      throw new Error(`There is no ${type} in an answer of Converse's.`);
  }
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
