/** What LangChain says, as Gemini's API takes it: the conversation, tools and the choice of one. */
import type { AIMessage, BaseMessage, ToolMessage } from "@langchain/core/messages";
import { toOpenAIMessages, type BoundTool, type OpenAIContentPart } from "http-streaming-llm";

/** System messages are a field of their own there; messages of one role after another are one turn. */
export function toConversation(history: readonly BaseMessage[]) {
  const system: object[] = [];
  const contents: { role: string; parts: object[] }[] = [];
  for (const [at, { content }] of toOpenAIMessages(history).entries()) {
    const message = history[at] as AIMessage & ToolMessage;
    const texts = typeof content === "string" && content !== "" ? [{ text: content }] : [];
    const said = Array.isArray(content) ? content.map(toPart) : texts;
    const parts = message.type === "tool" ? [toResponse(message, history)] : said;
    parts.push(...toCalls(message));
    const role = message.type === "ai" ? "model" : "user";
    const last = contents.at(-1);
    if (message.type === "system") system.push(...parts);
    else if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  }
  return { contents, ...(system.length > 0 && { systemInstruction: { parts: system } }) };
}

export function toDeclaration({ function: definition, type }: BoundTool) {
  if (definition === undefined) throw new Error(`The tool ${type} is no function.`);
  const { name, description, parameters } = definition;
  return { name, description, parametersJsonSchema: parameters };
}

export function toToolConfig(choice: unknown) {
  if (typeof choice !== "string") return choice;
  const modes: Record<string, string> = { auto: "AUTO", none: "NONE", any: "ANY", required: "ANY" };
  const functionCallingConfig =
    choice in modes ? { mode: modes[choice] } : { mode: "ANY", allowedFunctionNames: [choice] };
  return { functionCallingConfig };
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
