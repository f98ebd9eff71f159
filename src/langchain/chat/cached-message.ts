import type {
  AIMessageChunk,
  AIMessageChunkFields,
  InvalidToolCall,
  ToolCall,
  ToolCallChunk,
} from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatGeneration, type Generation } from "@langchain/core/outputs";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";

/** A cached generation as a chunk. It cost nothing this time, so its token counts are 0, as in LangChain's `invoke`. */
export function replayChatGeneration(generation: Generation): ChatGenerationChunk {
  const message = (generation as ChatGeneration).message as AIMessageChunk;
  const { content, additional_kwargs, response_metadata, id } = message;
  const { tool_calls = [], invalid_tool_calls = [], tool_call_chunks: chunks = [] } = message;
  const tool_call_chunks =
    chunks.length > 0
      ? chunks
      : [...tool_calls, ...invalid_tool_calls.map(withError)].map(wholeCall);
  const usage_metadata = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  const fields = {
    content,
    additional_kwargs,
    response_metadata,
    id,
    tool_call_chunks,
    usage_metadata,
  };
  return new ChatGenerationChunk({
    text: generation.text,
    message: new StreamedMessageChunk(fields as AIMessageChunkFields),
    generationInfo: { ...generation.generationInfo, tokenUsage: {} },
  });
}

/** Tells an invalid call by its error, which LangChain does not ask for. */
function withError(call: InvalidToolCall): InvalidToolCall {
  return { ...call, error: call.error ?? "The call was not complete." };
}

/** A call of a message that has its calls whole only: a cache may store messages as other classes. */
function wholeCall(call: ToolCall | InvalidToolCall, index: number): ToolCallChunk {
  const { type, args, ...fields } = call;
  const text = typeof args === "string" ? args : JSON.stringify(args ?? {});
  return { ...fields, type: "tool_call_chunk", index, args: text };
}
