import type { OpenAIContentPart, OpenAIMessage } from "http-streaming-llm/openai";

/** A conversation as Ollama takes it: images beside the text, arguments as objects, results by the tool's name. */
export function toOllama(messages: readonly OpenAIMessage[]) {
  const made = messages.flatMap(({ tool_calls = [] }) => tool_calls);
  const toolOf = (callId: string) => made.findLast(({ id }) => id === callId)?.function.name;
  return messages.map(({ role, content, tool_calls, tool_call_id, name, ...more }) => ({
    role,
    thinking: "thinking" in more ? more.thinking : undefined,
    ...contentOf(content),
    tool_calls: tool_calls?.map(({ function: called }) => ({
      function: { name: called.name, arguments: JSON.parse(called.arguments) as object },
    })),
    tool_name: tool_call_id === undefined ? undefined : (name ?? toolOf(tool_call_id)),
  }));
}

function contentOf(content: string | OpenAIContentPart[]) {
  if (typeof content === "string") return { content };
  const texts = content.map((part) => (part.type === "text" ? part.text : ""));
  const images = content.flatMap((part) => {
    if (part.type === "text") return [];
    if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Ollama's words.`);
    const [, data] = /^data:.*?,(.*)$/s.exec(part.image_url.url) ?? [];
    if (data === undefined) throw new Error("Ollama takes an image's data, not its URL.");
    return data;
  });
  return { content: texts.join(""), images };
}
