import {
  AIMessageChunk,
  type AIMessageChunkFields,
  type ContentBlock,
} from "@langchain/core/messages";
import {
  completeToolCall,
  defineToolCalls,
  invalidToolCall,
  isOver,
} from "./message-tool-calls.js";

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
    if ((this.tool_call_chunks ?? []).length > 0) defineToolCalls(this);
  }

  override get contentBlocks(): ContentBlock.Standard[] {
    const { output_version, model_provider } = this.response_metadata;
    if (output_version === "v1") {
      const blocks = blocksOf(this.content).map((block) => settled(block, this));
      owners.set(blocks, this);
      return blocks;
    }
    // The author named a provider whose messages LangChain can read itself.
    if (model_provider !== undefined) return super.contentBlocks;
    const { reasoning_content: reasoning, refusal } = this.additional_kwargs;
    return [
      ...(typeof reasoning === "string" ? [{ type: "reasoning" as const, reasoning }] : []),
      ...blocksOf(this.content),
      ...(typeof refusal === "string" ? [{ type: "refusal" as const, refusal }] : []),
      ...toolCallBlocks(this),
    ];
  }
}

function toolCallBlocks(message: AIMessageChunk): ContentBlock.Standard[] {
  const { tool_call_chunks: chunks = [], tool_calls: calls = [] } = message;
  if (chunks.length === 0) return calls.map((call) => ({ ...call, type: "tool_call" }));
  return chunks.map((chunk) => settled({ ...chunk, type: "tool_call_chunk" }, message));
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

function blocksOf(content: AIMessageChunk["content"]): ContentBlock.Standard[] {
  if (typeof content !== "string") return content as ContentBlock.Standard[];
  return content === "" ? [] : [{ type: "text", text: content }];
}

/** A block as far as it has come. */
function settled(block: ContentBlock.Standard, message: AIMessageChunk): ContentBlock.Standard {
  if (block.type !== "tool_call_chunk") return block;
  return completeToolCall(block) ?? (isOver(message) ? invalidToolCall(block) : block);
}
