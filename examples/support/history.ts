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
  /** What the model said, as the example's `parseChunk` gave it. Calls are `{ type: "call", id, name, args }`. */
  readonly blocks: readonly ContentBlock[];
  /** Of a result: the name of its tool. */
  readonly tool: string | undefined;
}

type Call = ContentBlock & { type: "call"; id: string };

/**
 * The messages, which are looked at all together: only the rest of the list says which calls are sent. One that
 * was not valid is left out, unless a result answers it.
 */
function turnsOf(history: readonly BaseMessage[], provider: string): Turn[] {
  const sent = toOpenAIMessages(history.map(withCallsAlone));
  const names = new Map<string, string>();
  return history.map((message, at) => {
    const { content = "", tool_calls = [] } = sent[at] as Sent;
    const calls = tool_calls.map(({ id, function: { name, arguments: args } }): Call => {
      names.set(id, name);
      return { type: "call", id, name, args: JSON.parse(args) as object };
    });
    const tool = ToolMessage.isInstance(message)
      ? (message.name ?? names.get(message.tool_call_id))
      : undefined;
    return { message, parts: partsOf(content), blocks: blocksOf(message, calls, provider), tool };
  });
}

/**
 * Messages of one side after another are one turn, and what the system says stands apart.
 *
 * @param provider by which the example marks its answers, as `provider` in their metadata.
 */
export function joinTurns(
  history: readonly BaseMessage[],
  provider: string,
  write: (turn: Turn) => object[],
) {
  const system: object[] = [];
  const turns: { isAnswer: boolean; said: object[] }[] = [];
  for (const turn of turnsOf(history, provider)) {
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

/** Calls stand where they stand in the content (v1), or behind all else (v0). */
function blocksOf(message: BaseMessage, calls: readonly Call[], provider: string): ContentBlock[] {
  const { type, content, response_metadata: about } = message;
  if (type !== "ai") return [];
  const said = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const { provider: author = about.model_provider ?? provider } = about;
  const left = new Map(calls.map((call) => [call.id, call]));
  const blocks = said.flatMap((block: ContentBlock) => {
    if (!CALLS.includes(block.type)) return author === provider ? block : commonBlock(block);
    const call = left.get(block.id ?? "");
    return call !== undefined && left.delete(call.id) ? call : [];
  });
  return [...blocks, ...left.values()];
}

/** What an answer of another provider's says to all: nobody else knows its signatures and its tools. */
function commonBlock(block: ContentBlock): ContentBlock[] {
  if (block.type === "image") return [block];
  return block.type === "text" ? [{ type: "text", text: block.text }] : [];
}
