/** What LangChain says, as Anthropic's API takes it: the conversation, tools and the choice of one. */
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { toOpenAIMessages, type BoundTool, type OpenAIContentPart } from "http-streaming-llm";

/** System messages are a field of their own there. */
export function toConversation(history: readonly BaseMessage[]) {
  const system = history.filter(({ type }) => type === "system").map(({ text }) => text);
  const others = history.filter(({ type }) => type !== "system");
  const messages = others.map(toMessage);
  return { messages, ...(system.length > 0 && { system: system.join("\n\n") }) };
}

function toMessage(message: BaseMessage) {
  const [sent] = toOpenAIMessages([message]);
  const blocks = toParts(sent?.content ?? null).map(toBlock);
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id: tool_use_id, status } = message;
    const result = { tool_use_id, content: blocks, is_error: status === "error" };
    return { role: "user", content: [{ type: "tool_result", ...result }] };
  }
  if (!AIMessage.isInstance(message)) return { role: "user", content: blocks };
  const calls = message.tool_calls?.map(({ id, name, args: input }) => {
    return { type: "tool_use", id, name, input };
  });
  return { role: "assistant", content: [...toThoughts(message), ...blocks, ...(calls ?? [])] };
}

/** A model that called tools while thinking wants its thoughts back, as it signed them. */
function toThoughts({ contentBlocks, response_metadata: { signature } }: AIMessage) {
  if (signature === undefined) return [];
  const thoughts = contentBlocks.map((block) =>
    block.type === "reasoning" ? block.reasoning : "",
  );
  return [{ type: "thinking", thinking: thoughts.join(""), signature }];
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
