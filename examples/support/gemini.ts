/** What LangChain says, as Gemini's API takes it: the conversation, tools and the choice of one. */
import {
  AIMessage,
  ToolMessage,
  type BaseMessage,
  type ContentBlock,
} from "@langchain/core/messages";
import type { BoundTool } from "http-streaming-llm";
import type { OpenAIContentPart } from "http-streaming-llm/openai";
import { isMade } from "./gemini-answer.js";
import { joinTurns, type Turn } from "./history.js";
import type { ChatOptions } from "./show-chat.js";

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const { system, turns } = joinTurns(history, "gemini", toParts);
  const contents = turns.map(({ isAnswer, said }) => {
    return { role: isAnswer ? "model" : "user", parts: said };
  });
  return { contents, ...(system.length > 0 && { systemInstruction: { parts: system } }) };
}

function toParts({ message, parts, blocks, tool: name }: Turn): object[] {
  if (AIMessage.isInstance(message)) {
    return blocks.flatMap((block) => toAnswerPart(block, message.response_metadata));
  }
  if (!ToolMessage.isInstance(message)) return parts.map(toPart);
  const { status, text, tool_call_id: id } = message;
  const response = status === "error" ? { error: text } : { result: text };
  return [{ functionResponse: { ...theirs(id), name, response } }];
}

/** An id of the provider's own. Otherwise results go by the tool's name there. */
const theirs = (id: string) => (isMade(id) ? {} : { id });

/** The model's thoughts stay out; what signs them goes back on the part that it came with. */
function toAnswerPart(block: ContentBlock, about: Record<string, unknown>): object[] {
  const { type, text, mimeType, data, value, thoughtSignature, id = "" } = block;
  const { thoughtSignatures = {} } = about as { thoughtSignatures?: Record<string, string> };
  switch (type) {
    case "call": {
      const functionCall = { ...theirs(id), name: block.name, args: block.args };
      return [{ functionCall, thoughtSignature: thoughtSignatures[id] }];
    }
    case "text":
      return text ? [{ text }] : [];
    case "reasoning":
      return [];
    case "image":
      return [{ inlineData: { mimeType, data }, thoughtSignature }];
    case "non_standard":
      return [value as object];
    default:
      throw new Error(`There is no ${type} in an answer of Gemini's.`);
  }
}

/** The tools, and which of them has to be called. */
export function toTools({ tools, tool_choice: choice }: ChatOptions) {
  const modes: Record<string, string> = { auto: "AUTO", none: "NONE", any: "ANY", required: "ANY" };
  const mode = typeof choice === "string" ? modes[choice] : undefined;
  const functionCallingConfig = mode ? { mode } : { mode: "ANY", allowedFunctionNames: [choice] };
  return {
    ...(tools && { tools: [{ functionDeclarations: tools.map(toDeclaration) }] }),
    ...(choice !== undefined && { toolConfig: { functionCallingConfig } }),
  };
}

/** How the answer is drawn, and its shape. */
export function toGenerationConfig({ stop, response_format: wanted, ...options }: Wanted) {
  const { temperature, maxTokens: maxOutputTokens, seed, thinking: includeThoughts } = options;
  const schema = wanted?.type === "json_schema" ? wanted.json_schema.schema : undefined;
  return {
    ...{ temperature, maxOutputTokens, seed, stopSequences: stop },
    ...(includeThoughts !== undefined && { thinkingConfig: { includeThoughts } }),
    ...(wanted && { responseMimeType: "application/json", responseJsonSchema: schema }),
  };
}

type Wanted = Omit<ChatOptions, "stop"> & { stop?: string[]; thinking?: boolean };

function toDeclaration({ function: definition, type }: BoundTool) {
  if (definition === undefined) throw new Error(`The tool ${type} is no function.`);
  const { name, description, parameters } = definition;
  return { name, description, parametersJsonSchema: parameters };
}

function toPart(part: OpenAIContentPart) {
  if (part.type === "text") return { text: part.text };
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Gemini's words.`);
  const { url } = part.image_url;
  const [, mimeType, data] = /^data:(.*?);base64,(.*)$/s.exec(url) ?? [];
  return data === undefined ? { fileData: { fileUri: url } } : { inlineData: { mimeType, data } };
}
