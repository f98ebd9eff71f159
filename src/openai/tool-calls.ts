import type {
  AIMessage,
  AIMessageChunk,
  BaseMessage,
  ContentBlock,
  ToolMessage,
} from "@langchain/core/messages";
import { tryJsonObject } from "../formats/json/try-json.js";
import { inexpressible } from "./content-parts.js";

/** A tool call in the history, as OpenAI-compatible servers take it. */
export interface OpenAIToolCall {
  id: string;
  type: "function";
  function: {
    name: string;
    /**
     * The arguments as the JSON text of an object. Of a call that was not valid it is
     * `{"invalid_arguments": "…"}` with what the model wrote, or `{}` where it wrote nothing.
     */
    arguments: string;
  };
}

/** A tool call as a message has it, wherever in the message it stands. */
interface WrittenCall {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** The arguments as JSON text, or what the model wrote instead. */
  readonly args: string;
  readonly isValid: boolean;
}

/**
 * The tool calls of each message, at the message's place in the list. Servers refuse a result without its
 * call, a call without a result, and arguments that are no JSON. So a call that was not valid, which nobody
 * carried out, is left out, unless a tool message answers it: "Your arguments were cut off", say.
 *
 * A result belongs to the nearest message before it that has a call of its id: some servers count the calls
 * of each answer from 0, and the same id comes again in every turn.
 *
 * @throws HookError for a valid call without an id, which no result can name.
 */
export function toOpenAIToolCalls(messages: readonly BaseMessage[]): OpenAIToolCall[][] {
  const calls: OpenAIToolCall[][] = messages.map(() => []);
  /** The number of results of each id, behind the message in hand. */
  const results = new Map<string, number>();
  for (const [place, message] of [...messages.entries()].reverse()) {
    if (message.type === "tool") {
      const { tool_call_id: id } = message as ToolMessage;
      results.set(id, (results.get(id) ?? 0) + 1);
    } else if (message.type === "ai") {
      const written = writtenCalls(message as AIMessage);
      calls[place] = written.filter((call) => isSent(call, results)).map(toOpenAIToolCall);
      for (const { id } of written) if (id !== undefined) results.delete(id);
    }
  }
  return calls;
}

/** Tells whether a call is valid or has a result; the result is then no other call's. */
function isSent({ id, isValid }: WrittenCall, results: Map<string, number>): boolean {
  if (id === undefined) return isValid;
  const count = results.get(id) ?? 0;
  results.set(id, count - 1);
  return isValid || count > 0;
}

function toOpenAIToolCall({ id, name, args, isValid }: WrittenCall): OpenAIToolCall {
  // A model may forget the name. Servers want one.
  const called = { name: name || "unknown", arguments: isValid ? args : substitute(args) };
  if (id !== undefined) return { id, type: "function", function: called };
  throw inexpressible(
    `the call of "${called.name}" without an id`,
    "Give the tool call an id, and its ToolMessage the same tool_call_id.",
  );
}

/** A JSON object in the place of arguments that are none: the model sees what it wrote, and can do better. */
function substitute(args: string): string {
  return tryJsonObject(args) ? args : JSON.stringify({ invalid_arguments: args });
}

/** The calls of a message, the valid ones first: they have the first claim on a result. */
function writtenCalls(message: AIMessage): WrittenCall[] {
  const cut = cutArguments(message);
  const named = [
    ...(message.tool_calls ?? []).map(({ id, name, args }) => {
      return writtenCall(id, name, cut.get(id) ?? args);
    }),
    ...(message.invalid_tool_calls ?? []).map(({ id, name, args }) => {
      return { ...writtenCall(id, name, args), isValid: false };
    }),
  ];
  // Calls in the content alone, or as OpenAI wrote them, are of a message that was put together by hand, or read from
  // JSON. Elsewhere LangChain's list counts: a call that was taken out of it is still in the answer as it came.
  const sources = [named, callBlocks(message), rawCalls(message)];
  const calls = sources.find(({ length }) => length > 0) ?? [];
  return [...calls.filter(({ isValid }) => isValid), ...calls.filter(({ isValid }) => !isValid)];
}

/** The calls that a message has as OpenAI's API gave them. */
function rawCalls({ additional_kwargs }: AIMessage): WrittenCall[] {
  const { tool_calls: calls } = (additional_kwargs ?? {}) as Record<string, unknown>;
  return (Array.isArray(calls) ? (calls as Partial<OpenAIToolCall>[]) : []).map((call) =>
    writtenCall(call.id, call.function?.name, call.function?.arguments),
  );
}

function callBlocks({ content }: AIMessage): WrittenCall[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: ContentBlock): WrittenCall[] => {
    const { type, id } = block;
    const name = block.name as string | undefined;
    switch (type) {
      case "tool_call":
      case "tool_call_chunk":
        return [writtenCall(id, name, block.args)];
      case "tool_use":
        return [writtenCall(id, name, block.input)];
      case "invalid_tool_call":
        return [{ ...writtenCall(id, name, block.args), isValid: false }];
      default:
        return [];
    }
  });
}

/** JSON that LangChain for Python wrote has `null` where something is absent. */
function writtenCall(
  id: string | null | undefined,
  name: string | null | undefined,
  args: unknown,
): WrittenCall {
  const text = typeof args === "string" ? args : JSON.stringify(args ?? {});
  const isNone = text.trim() === "";
  const isValid = isNone || tryJsonObject(text) !== undefined;
  return { id: id ?? undefined, name: name ?? undefined, args: isNone ? "{}" : text, isValid };
}

/**
 * The model's text of the calls whose arguments a chunk holds in part only, by the calls' ids. LangChain
 * completes such arguments when it reads a chunk from storage, and lists the call among the valid ones.
 */
function cutArguments({
  tool_call_chunks: chunks,
}: Partial<AIMessageChunk>): Map<string | undefined, string> {
  const args = new Map<string | undefined, string>();
  const ids = new Map<number | undefined, string>();
  for (const chunk of chunks ?? []) {
    const id = chunk.id || ids.get(chunk.index);
    if (id === undefined) continue;
    ids.set(chunk.index, id);
    args.set(id, (args.get(id) ?? "") + (chunk.args ?? ""));
  }
  for (const [id, text] of args) if (text.trim() === "" || tryJsonObject(text)) args.delete(id);
  return args;
}
