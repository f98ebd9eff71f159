import {
  collapseToolCallChunks,
  type AIMessageChunk,
  type ContentBlock,
  type InvalidToolCall,
  type ToolCall,
  type ToolCallChunk,
} from "@langchain/core/messages";
import { tryJsonObject } from "../../formats/json/try-json.js";

/** A call, or a piece of one, as it may be found in a message. */
export interface CallChunk {
  readonly index?: number | string | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly args?: string | undefined;
  /** Why it must not be carried out. LangChain's `concat` keeps it. */
  readonly error?: unknown;
  /** LangChain's mark of a tool whose input is any text. */
  readonly isCustomTool?: unknown;
}

/** The calls of a message: those that can be carried out, and those that cannot. */
export interface MessageToolCalls {
  readonly tool_calls: ToolCall[];
  readonly invalid_tool_calls: InvalidToolCall[];
}

const FIELDS = ["tool_calls", "invalid_tool_calls"] as const;

/**
 * Gives a message its calls, worked out when they are first asked for. LangChain's way to do so takes time in
 * proportion to the square of their number, and completes arguments that were cut off: right for a look at a
 * call that is still arriving, but a call that was cut off (by a token limit, say) must not be carried out.
 */
export function defineToolCalls(message: AIMessageChunk): void {
  const chunks = (message.tool_call_chunks ?? []).map((chunk) => ({ ...chunk }));
  const over = isOver(message);
  let calls: MessageToolCalls | undefined;
  for (const target of [message, message.lc_kwargs]) {
    for (const field of FIELDS) {
      Object.defineProperty(target, field, {
        get: () => (calls ??= toolCallsOf(chunks, over))[field],
        // A copy of the message has this accessor, too.
        set(this: object, value: unknown) {
          Object.defineProperty(this, field, { ...PLAIN, value, writable: true });
        },
        ...PLAIN,
      });
    }
  }
}

const PLAIN = { enumerable: true, configurable: true };

/**
 * Tells whether nothing is still arriving: the provider has said why the answer ended, or a call was given up, or the
 * number of attempts has come, which only the last chunk has.
 */
export function isOver({ response_metadata, tool_call_chunks }: AIMessageChunk): boolean {
  const { finish_reason, attempts } = response_metadata;
  if (finish_reason !== undefined || attempts !== undefined) return true;
  return (tool_call_chunks ?? []).some((chunk) => (chunk as CallChunk).error !== undefined);
}

function toolCallsOf(chunks: readonly CallChunk[], over: boolean): MessageToolCalls {
  const calls: MessageToolCalls = { tool_calls: [], invalid_tool_calls: [] };
  for (const call of grouped(chunks)) {
    if (over && !isCustom(call) && completeToolCall(call) === undefined) {
      calls.invalid_tool_calls.push(invalidToolCall(call));
    } else {
      const { tool_calls, invalid_tool_calls } = collapseToolCallChunks([call as ToolCallChunk]);
      calls.tool_calls.push(...tool_calls);
      calls.invalid_tool_calls.push(...invalid_tool_calls);
    }
  }
  return calls;
}

/** The chunks of a message made by hand may be pieces of a call; which ones are, LangChain says like this. */
function grouped(chunks: readonly CallChunk[]): CallChunk[] {
  const groups: CallChunk[][] = [];
  const byKey = new Map<string, CallChunk[]>();
  for (const chunk of chunks) {
    const { id, index } = chunk;
    const keys = [
      `${String(index)} ${id ?? ""}`,
      `id ${id ?? ""}`,
      `index ${String(index)}`,
    ] as const;
    const hasIndex = index !== undefined;
    const key = id && hasIndex ? keys[0] : id ? keys[1] : hasIndex ? keys[2] : undefined;
    const known = key === undefined ? undefined : byKey.get(key);
    if (known !== undefined) {
      known.push(chunk);
      continue;
    }
    const group = [chunk];
    groups.push(group);
    for (const name of keys) if (!byKey.has(name)) byKey.set(name, group);
  }
  return groups.map(joined);
}

function joined(group: readonly CallChunk[]): CallChunk {
  const [first] = group as [CallChunk];
  if (group.length === 1) return first;
  const id = group.find((chunk) => chunk.id)?.id ?? first.id;
  const error = group.find((chunk) => chunk.error !== undefined)?.error;
  const args = group.map((chunk) => chunk.args ?? "").join("");
  return { ...first, id, args, error, isCustomTool: group.some(isCustom) };
}

function isCustom({ isCustomTool }: CallChunk): boolean {
  return isCustomTool === true;
}

/** A tool call that will not be complete any more. */
export function invalidToolCall(
  call: CallChunk,
): InvalidToolCall & ContentBlock.Tools.InvalidToolCall {
  const { id, name, args, error } = call;
  return {
    type: "invalid_tool_call",
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(args !== undefined && { args }),
    error:
      typeof error === "string"
        ? error
        : "The call has no name, or its arguments are not a complete JSON object.",
  };
}

/** A tool call of which all has come, as a block; `undefined` if name or arguments are missing. */
export function completeToolCall(
  call: ToolCallChunk | ContentBlock.Tools.ToolCallChunk | CallChunk,
): ContentBlock.Tools.ToolCall | undefined {
  const { id, name, args = "", error } = call as CallChunk;
  // No arguments at all are complete, too: some providers send none for a tool that takes none.
  const parsed = args.trim() === "" ? {} : tryJsonObject(args);
  if (error !== undefined || name === undefined || parsed === undefined) return undefined;
  return { type: "tool_call", ...(id !== undefined && { id }), name, args: parsed };
}
