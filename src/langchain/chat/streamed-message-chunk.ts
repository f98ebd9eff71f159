import {
  AIMessageChunk,
  type AIMessageChunkFields,
  type ContentBlock,
} from "@langchain/core/messages";
import { answerBlocks, callBlocks, contentBlocks, holdsAll } from "./answer-blocks.js";
import { finishedMessageJson, PROVIDER, registerBlocks } from "./message-json.js";
import {
  completeToolCall,
  defineToolCalls,
  invalidToolCall,
  isOver,
} from "./message-tool-calls.js";
import { forgetZeros } from "./token-usage.js";

/** Whose the blocks are that {@link StreamedMessageChunk.contentBlocks} gave. */
const owners = new WeakMap<object, StreamedMessageChunk>();

/**
 * An `AIMessageChunk` whose `contentBlocks` show all of the answer: reasoning, text, refusal and tool
 * calls. LangChain derives them by the name of a provider it knows; a custom model has none. A tool
 * call with complete arguments is a `tool_call` block, one that is still arriving a `tool_call_chunk`, one
 * that was cut off an `invalid_tool_call`: that it is also among `invalid_tool_calls`, not `tool_calls`.
 */
export class StreamedMessageChunk extends AIMessageChunk {
  /** @internal */
  protected static readonly provider: string = /* @__PURE__ */ registerBlocks();

  /** @param fields the fields of an `AIMessageChunk`, or its content. */
  constructor(fields: string | AIMessageChunkFields) {
    super(ofCopied(fields));
    if ((this.tool_call_chunks ?? []).length === 0) return;
    defineToolCalls(this);
    // From the content LangGraph makes an `AIMessage`, with the calls once more where they stand there in pieces.
    if (isComplete(this)) this.lc_kwargs.content = this.content = settledContent(this);
  }

  override get contentBlocks(): ContentBlock.Standard[] {
    const { output_version, model_provider } = this.response_metadata;
    if (output_version === "v1") {
      const blocks = settledContent(this);
      owners.set(blocks, this);
      return blocks;
    }
    const own = answerBlocks(this, isOver(this) ? callBlocks(this) : arrivingCalls(this));
    if (model_provider === undefined || model_provider === PROVIDER) return own;
    // The author named a provider, whose messages LangChain may know to read, or lose half of.
    const translated = super.contentBlocks;
    return holdsAll(translated, own) ? translated : own;
  }

  /** This message with another one behind it, as LangChain joins them. */
  override concat(chunk: AIMessageChunk): this {
    const all = super.concat(chunk);
    forgetZeros(all, this, chunk);
    return all;
  }

  /** @ignore LangChain writes messages by the name of their class, and knows its own only. */
  override get lc_id(): string[] {
    return [...this.lc_namespace, AIMessageChunk.lc_name()];
  }

  /** The form that LangChain's `load()` reads back: an `AIMessage` of a finished answer, else an `AIMessageChunk`. */
  override toJSON(): ReturnType<AIMessageChunk["toJSON"]> {
    return isWhole(this) ? finishedMessageJson(this, this.contentBlocks) : super.toJSON();
  }
}

function arrivingCalls(message: AIMessageChunk): ContentBlock.Standard[] {
  const { tool_call_chunks: chunks = [] } = message;
  if (chunks.length === 0) return callBlocks(message);
  return chunks.map((chunk) => settled({ ...chunk, type: "tool_call_chunk" }, false));
}

/** Tells a finished answer from the last piece of one: only the first piece of a call has its id. */
function isWhole(message: AIMessageChunk): boolean {
  return isOver(message) && (message.tool_call_chunks ?? []).every(({ id }) => id !== undefined);
}

/** Tells that nothing comes any more of an answer in blocks: only its last chunk says how often it was asked for. */
function isComplete(message: AIMessageChunk): boolean {
  const { output_version, attempts } = message.response_metadata;
  return output_version === "v1" && attempts !== undefined && isWhole(message);
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

/** The blocks of a content as far as they have come. */
function settledContent(message: AIMessageChunk): ContentBlock.Standard[] {
  const over = isOver(message);
  return contentBlocks(message.content).map((block) => settled(block, over));
}

/** A block as far as it has come. */
function settled(block: ContentBlock.Standard, over: boolean): ContentBlock.Standard {
  if (block.type !== "tool_call_chunk") return block;
  return completeToolCall(block) ?? (over ? invalidToolCall(block) : block);
}
