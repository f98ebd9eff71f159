/** A conversation of LangChain's, taken apart for APIs that are not OpenAI's. */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { BaseMessage, ContentBlock } from "@langchain/core/messages";
import {
  toOpenAIMessages,
  type OpenAIContentPart,
  type OpenAIToolCall,
} from "http-streaming-llm/openai";

/** A message, and what is to be sent of it. */
export interface Turn {
  readonly message: BaseMessage;
  /** What somebody else than the model said: text, images, files. */
  readonly parts: readonly OpenAIContentPart[];
  /** What the model said, calls apart, as the example's `parseChunk` gave it. */
  readonly blocks: readonly ContentBlock[];
  readonly calls: readonly { id: string; name: string; args: object }[];
  /** Of a result: the name of its tool. */
  readonly tool: string | undefined;
}

/**
 * The messages, which are looked at all together: only the rest of the list says which calls are sent. One that
 * was not valid is left out, unless a result answers it.
 */
function turnsOf(history: readonly BaseMessage[]): Turn[] {
  const sent = toOpenAIMessages(history.map(withCallsAlone));
  const names = new Map<string, string>();
  return history.map((message, at) => {
    const { content = "", tool_calls = [] } = sent[at] as Sent;
    const calls = tool_calls.map(({ id, function: { name, arguments: args } }) => {
      names.set(id, name);
      return { id, name, args: JSON.parse(args) as object };
    });
    const tool = ToolMessage.isInstance(message)
      ? (message.name ?? names.get(message.tool_call_id))
      : undefined;
    return { message, parts: partsOf(content), blocks: blocksOf(message), calls, tool };
  });
}

/** Messages of one side after another are one turn, and what the system says stands apart. */
export function joinTurns(history: readonly BaseMessage[], write: (turn: Turn) => object[]) {
  const system: object[] = [];
  const turns: { isAnswer: boolean; said: object[] }[] = [];
  for (const turn of turnsOf(history)) {
    const said = write(turn);
    const isAnswer = turn.message.type === "ai";
    const last = turns.at(-1);
    if (turn.message.type === "system") system.push(...said);
    else if (last?.isAnswer === isAnswer) last.said.push(...said);
    else if (said.length > 0) turns.push({ isAnswer, said });
  }
  return { system, turns };
}

type Sent = { content?: string | OpenAIContentPart[]; tool_calls?: OpenAIToolCall[] };

/** What else an answer says goes back in the provider's own words, which OpenAI has not. */
function withCallsAlone(message: BaseMessage): BaseMessage {
  if (!AIMessage.isInstance(message)) return message;
  const { tool_calls = [], invalid_tool_calls = [] } = message;
  return new AIMessage({ content: "", tool_calls, invalid_tool_calls });
}

function partsOf(content: string | OpenAIContentPart[]): OpenAIContentPart[] {
  if (typeof content !== "string") return content;
  return content === "" ? [] : [{ type: "text", text: content }];
}

/** The last two are of LangChain's own models of Anthropic's. */
const CALLS = ["tool_call", "tool_call_chunk", "invalid_tool_call", "tool_use", "input_json_delta"];

function blocksOf({ type, content }: BaseMessage): ContentBlock[] {
  if (type !== "ai") return [];
  if (typeof content !== "string") return content.filter((block) => !CALLS.includes(block.type));
  return [{ type: "text", text: content }];
}
