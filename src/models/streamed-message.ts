import {
  AIMessageChunk,
  type AIMessageChunkFields,
  type ContentBlock,
  type InvalidToolCall,
  type ToolCallChunk,
} from "@langchain/core/messages";
import { isJsonObject } from "../streaming/tool-calls.js";
import { answerBlocks, callBlocks, contentBlocks, holdsAll } from "./answer-blocks.js";
import { finishedMessageJson } from "./message-json.js";

/** Whose the blocks are that {@link StreamedMessageChunk.contentBlocks} gave. */
const owners = new WeakMap<object, StreamedMessageChunk>();

/**
 * An `AIMessageChunk` whose `contentBlocks` show all of the answer: reasoning, text, refusal and tool
 * calls. LangChain derives them by the name of a provider it knows; a custom model has none. A tool
 * call with complete arguments is a `tool_call` block, one that is still arriving a `tool_call_chunk`, one
 * that was cut off an `invalid_tool_call`: that it is also among `invalid_tool_calls`, not `tool_calls`.
 */
export class StreamedMessageChunk extends AIMessageChunk {
  /** @param fields the fields of an `AIMessageChunk`, or its content. */
  constructor(fields: string | AIMessageChunkFields) {
    super(ofCopied(fields));
    if (isOver(this)) refuseCutCalls(this);
  }

  override get contentBlocks(): ContentBlock.Standard[] {
    const { output_version, model_provider } = this.response_metadata;
    if (output_version === "v1") {
      const blocks = contentBlocks(this.content).map((block) => settled(block, this));
      owners.set(blocks, this);
      return blocks;
    }
    const own = answerBlocks(this, isOver(this) ? callBlocks(this) : arrivingCalls(this));
    if (model_provider === undefined) return own;
    // The author named a provider, whose messages LangChain may know to read, or lose half of.
    const translated = super.contentBlocks;
    return holdsAll(translated, own) ? translated : own;
  }

  /** @ignore LangChain writes messages by the name of their class, and knows its own only. */
  override get lc_id(): string[] {
    return [...this.lc_namespace, AIMessageChunk.lc_name()];
  }

  /** What LangChain's `load()` reads back: an `AIMessage` of a finished answer, else an `AIMessageChunk`. */
  override toJSON(): ReturnType<AIMessageChunk["toJSON"]> {
    return isWhole(this) ? finishedMessageJson(this, this.contentBlocks) : super.toJSON();
  }
}

function arrivingCalls(message: AIMessageChunk): ContentBlock.Standard[] {
  const { tool_call_chunks: chunks = [] } = message;
  if (chunks.length === 0) return callBlocks(message);
  return chunks.map((chunk) => settled({ ...chunk, type: "tool_call_chunk" }, message));
}

/** Whether it is a finished answer, and not the last piece of one: only the first piece of a call has its id. */
function isWhole(message: AIMessageChunk): boolean {
  return isOver(message) && (message.tool_call_chunks ?? []).every(({ id }) => id !== undefined);
}

/** Whether the provider has said why the answer ended: nothing is still arriving. */
function isOver({ response_metadata }: AIMessageChunk): boolean {
  return response_metadata.finish_reason !== undefined;
}

/**
 * LangChain completes arguments that are not complete JSON, which is right for a look at a call that is
 * still arriving. A call that was cut off (by a token limit, say) must not be carried out like that.
 */
function refuseCutCalls(message: AIMessageChunk): void {
  const cut = (message.tool_call_chunks ?? []).filter(
    (chunk) => completeToolCall(chunk) === undefined,
  );
  if (cut.length === 0) return;
  const isCut = ({ id }: { id?: string }): boolean => cut.some((chunk) => chunk.id === id);
  message.tool_calls = (message.tool_calls ?? []).filter((call) => !isCut(call));
  message.invalid_tool_calls = cut.map(invalidToolCall);
}

/** A tool call that will not be complete any more. */
export function invalidToolCall(call: {
  id?: string | undefined;
  name?: string | undefined;
  args?: string | undefined;
}): InvalidToolCall & ContentBlock.Tools.InvalidToolCall {
  const { id, name, args } = call;
  return {
    type: "invalid_tool_call",
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(args !== undefined && { args }),
    error: "The call has no name, or its arguments are not a complete JSON object.",
  };
}

/**
 * LangChain copies a v1 message on some paths (`invoke`) and not on others (`stream`): all its properties as
 * fields, its `contentBlocks` as content. A message is the same on every path if its copy has its own fields.
 */
function ofCopied(fields: string | AIMessageChunkFields): string | AIMessageChunkFields {
  if (typeof fields === "string" || typeof fields.content !== "object") return fields;
  const owner = owners.get(fields.content);
  if (owner === undefined) return fields;
  const { response_metadata } = fields;
  return { ...owner.lc_kwargs, ...(response_metadata && { response_metadata }) };
}

/** A block as far as it has come. */
function settled(block: ContentBlock.Standard, message: AIMessageChunk): ContentBlock.Standard {
  if (block.type !== "tool_call_chunk") return block;
  return completeToolCall(block) ?? (isOver(message) ? invalidToolCall(block) : block);
}

/** A tool call of which all has come, as a block; `undefined` if name or arguments are missing. */
export function completeToolCall(
  call: ToolCallChunk | ContentBlock.Tools.ToolCallChunk,
): ContentBlock.Tools.ToolCall | undefined {
  const { id, name, args = "" } = call;
  // No arguments at all are complete, too: some providers send none for a tool that takes none.
  const text = args.trim() === "" ? "{}" : args;
  if (name === undefined || !isJsonObject(text)) return undefined;
  const parsed = { name, args: JSON.parse(text) as Record<string, unknown> };
  return { type: "tool_call", ...(id !== undefined && { id }), ...parsed };
}
