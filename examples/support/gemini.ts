/** What LangChain says, as Gemini's API takes it: the conversation, tools and the choice of one. */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { toOpenAIMessages, type BoundTool, type OpenAIContentPart } from "http-streaming-llm";
import type { HttpStreamingChatModelCallOptions } from "http-streaming-llm";

/** System messages are a field of their own there; messages of one role after another are one turn. */
export function toConversation(history: readonly BaseMessage[]) {
  const system: object[] = [];
  const contents: { role: string; parts: object[] }[] = [];
  for (const message of history) {
    const role = message.type === "ai" ? "model" : "user";
    const parts = toParts(message, history);
    const last = contents.at(-1);
    if (message.type === "system") system.push(...parts);
    else if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  return { contents, ...(system.length > 0 && { systemInstruction: { parts: system } }) };
}

function toParts(message: BaseMessage, history: readonly BaseMessage[]): object[] {
  if (ToolMessage.isInstance(message)) return [toResponse(message, history)];
  const [sent] = toOpenAIMessages([message]);
  const content = sent?.content ?? "";
  const texts = content === "" ? [] : [{ text: content }];
  const parts = Array.isArray(content) ? content.map(toPart) : texts;
  return AIMessage.isInstance(message) ? [...parts, ...toCalls(message)] : parts;
}

/** The tools, and which of them has to be called. */
export function toTools({ tools, tool_choice: choice }: HttpStreamingChatModelCallOptions) {
  const modes: Record<string, string> = { auto: "AUTO", none: "NONE", any: "ANY", required: "ANY" };
  const mode = typeof choice === "string" ? modes[choice] : undefined;
  const functionCallingConfig = mode ? { mode } : { mode: "ANY", allowedFunctionNames: [choice] };
  return {
    ...(tools && { tools: [{ functionDeclarations: tools.map(toDeclaration) }] }),
    ...(choice !== undefined && { toolConfig: { functionCallingConfig } }),
  };
}

/** The shape of the answer. */
export function toGenerationConfig(
  { stop, response_format: wanted }: HttpStreamingChatModelCallOptions & { stop?: string[] },
  includeThoughts = false,
) {
  const schema = wanted?.type === "json_schema" ? wanted.json_schema.schema : undefined;
  return {
    stopSequences: stop,
    thinkingConfig: { includeThoughts },
    ...(wanted && { responseMimeType: "application/json", responseJsonSchema: schema }),
  };
}

function toDeclaration({ function: definition, type }: BoundTool) {
  if (definition === undefined) throw new Error(`The tool ${type} is no function.`);
  const { name, description, parameters } = definition;
  return { name, description, parametersJsonSchema: parameters };
}

/** Results go by the tool's name there. */
function toResponse(message: ToolMessage, history: readonly BaseMessage[]) {
  const { tool_call_id, status, text } = message;
  const calls = history.flatMap((earlier) => (earlier as AIMessage).tool_calls ?? []);
  const name = message.name ?? calls.find(({ id }) => id === tool_call_id)?.name;
  const response = status === "error" ? { error: text } : { result: text };
  return { functionResponse: { name, response } };
}

/** The first call of a turn takes the signature of the thoughts that led to it back to the model. */
function toCalls({ tool_calls = [], response_metadata: { thoughtSignature } }: AIMessage) {
  return tool_calls.map(({ name, args }, index) => {
    return { functionCall: { name, args }, ...(index === 0 && { thoughtSignature }) };
  });
}

function toPart(part: OpenAIContentPart) {
  if (part.type === "text") return { text: part.text };
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Gemini's words.`);
  const { url } = part.image_url;
  const [, mimeType, data] = /^data:(.*?);base64,(.*)$/s.exec(url) ?? [];
  return data === undefined ? { fileData: { fileUri: url } } : { inlineData: { mimeType, data } };
}
