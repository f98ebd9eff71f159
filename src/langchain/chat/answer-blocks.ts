import type { AIMessage, AIMessageChunk, ContentBlock } from "@langchain/core/messages";

/**
 * All that a message holds as content blocks: reasoning, content, refusal and tool calls, in this order.
 *
 * @param calls the blocks of its tool calls.
 */
export function answerBlocks(
  message: AIMessage | AIMessageChunk,
  calls: readonly ContentBlock.Standard[] = callBlocks(message),
): ContentBlock.Standard[] {
  const { reasoning_content: reasoning, refusal } = message.additional_kwargs;
  const thoughts = typeof reasoning === "string" ? reasoning : "";
  const content = contentBlocks(message.content);
  // Signed thoughts stand in the content, each with its signature. One that was cut off has none.
  const signed = content.filter((block) => block.type === "reasoning");
  const known = signed.map((block) => block.reasoning).join("");
  const rest = thoughts.startsWith(known) ? thoughts.slice(known.length) : "";
  const unsigned = rest === "" ? [] : [{ type: "reasoning" as const, reasoning: rest }];
  return [
    ...(signed.length > 0 ? [...content, ...unsigned] : [...unsigned, ...content]),
    ...(typeof refusal === "string" ? [{ type: "refusal" as const, refusal }] : []),
    ...calls,
  ];
}

/** The tool calls of a finished message: those that are valid, and those that are not. */
export function callBlocks(message: AIMessage | AIMessageChunk): ContentBlock.Standard[] {
  const { tool_calls = [], invalid_tool_calls = [] } = message;
  return [
    ...tool_calls.map((call) => ({ ...call, type: "tool_call" as const })),
    ...invalid_tool_calls.map((call) => ({ ...call, type: "invalid_tool_call" as const })),
  ] as ContentBlock.Standard[];
}

/** Content as a list of blocks. */
export function contentBlocks(content: AIMessage["content"]): ContentBlock.Standard[] {
  if (typeof content !== "string") return content as ContentBlock.Standard[];
  return content === "" ? [] : [{ type: "text", text: content }];
}

/** The kinds of blocks that an answer consists of, in the words of LangChain's standard. */
const KINDS: readonly string[] = [
  "text",
  "reasoning",
  "refusal",
  "tool_call",
  "tool_call_chunk",
  "invalid_tool_call",
];

/** Tells whether blocks that LangChain made by the name of a provider hold all that ours do. */
export function holdsAll(
  translated: readonly ContentBlock.Standard[],
  own: readonly ContentBlock.Standard[],
): boolean {
  return KINDS.every((kind) => count(translated, kind) >= count(own, kind));
}

function count(blocks: readonly ContentBlock.Standard[], kind: string): number {
  return blocks.filter(({ type }) => type === kind).length;
}
