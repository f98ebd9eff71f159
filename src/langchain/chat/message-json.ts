import {
  AIMessage,
  type AIMessageChunk,
  type AIMessageFields,
  type ContentBlock,
} from "@langchain/core/messages";
import { isDeepEqual } from "../../formats/deep-equal.js";
import { answerBlocks } from "./answer-blocks.js";
import { registerBlockTranslator } from "../core-members.js";

/** The provider by whose name LangChain shows all the blocks of a message that was made one of its own class. */
export const PROVIDER = "http-streaming-llm";

/** Lets LangChain show these blocks, from when the class of our messages is there. Gives the name. */
export function registerBlocks(): string {
  registerBlockTranslator(PROVIDER, answerBlocks);
  return PROVIDER;
}

type SerializedMessage = ReturnType<AIMessageChunk["toJSON"]>;

/**
 * Writes a finished message as LangChain's `AIMessage`, which every LangChain can read back. A chunk would be
 * read back from the pieces of its calls, and a call that was cut off completed.
 *
 * @param blocks the content blocks of the message, which it is to have again when it is read back.
 */
export function finishedMessageJson(
  message: AIMessageChunk,
  blocks: readonly ContentBlock[],
): SerializedMessage {
  const { content, id, name, additional_kwargs, response_metadata } = message;
  const { tool_calls, invalid_tool_calls, usage_metadata } = message;
  const fields = {
    content: response_metadata.output_version === "v1" ? blocks : content,
    additional_kwargs,
    response_metadata,
    tool_calls,
    invalid_tool_calls,
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(usage_metadata !== undefined && { usage_metadata }),
  };
  const plain = aiMessage(fields as AIMessageFields);
  if (isDeepEqual(plain.contentBlocks, blocks)) return plain.toJSON();
  const named = { ...response_metadata, model_provider: PROVIDER };
  return aiMessage({ ...fields, response_metadata: named } as AIMessageFields).toJSON();
}

/** LangChain's constructor adds to the list of blocks that it is given. */
function aiMessage(fields: AIMessageFields): AIMessage {
  const { content } = fields;
  const copied = { ...fields, content: Array.isArray(content) ? [...content] : content };
  return new AIMessage(copied as AIMessageFields);
}
