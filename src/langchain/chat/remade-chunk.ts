import type {
  AIMessageChunk,
  AIMessageChunkFields,
  ContentBlock,
  UsageMetadata,
} from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { chooseFields } from "../../formats/fields.js";
import type { ChunkFields } from "./message-content.js";
import { StreamedMessageChunk } from "./streamed-message-chunk.js";
import { lastCallBlocks } from "./tool-call-accumulator.js";

type Facts = Readonly<Record<string, unknown>>;

/** The parts of a chunk that its copy has otherwise. */
type OwnParts = Partial<ChunkFields> & {
  readonly tool_calls?: [];
  readonly text?: string;
  /** The chunk's `generationInfo`. */
  readonly info?: Facts;
};

/** A copy of a chunk, with other parts perhaps: it has what may be changed as objects of its own. */
export function remade(
  chunk: ChatGenerationChunk,
  { content, text = chunk.text, info = chunk.generationInfo ?? {}, ...parts }: OwnParts,
): ChatGenerationChunk {
  const original = chunk.message as AIMessageChunk;
  const { id, additional_kwargs, response_metadata } = original;
  const usage = original.usage_metadata as UsageMetadata | undefined;
  const blocks: string | ContentBlock[] = content ?? original.content;
  const fields: ChunkFields = {
    content: typeof blocks === "string" ? blocks : blocks.map((block) => ({ ...block })),
    additional_kwargs: { ...additional_kwargs },
    response_metadata: { ...response_metadata },
    ...(id !== undefined && { id }),
    ...(usage && { usage_metadata: { ...usage } }),
    ...parts,
  };
  const message = new StreamedMessageChunk(fields as AIMessageChunkFields);
  return new ChatGenerationChunk({ text, message, generationInfo: { ...info } });
}

/** The facts that a chunk tells in its message: of one name, its log probabilities count more. */
export function factsIn({ message, generationInfo = {} }: ChatGenerationChunk): Facts {
  const { response_metadata: told } = message;
  return chooseFields(generationInfo, (name, fact) => told[name] === fact);
}

/** A copy of a chunk without its tool calls, and without the facts that it tells. */
export function withoutCallsAndFacts(
  chunk: ChatGenerationChunk,
  facts: Facts,
): ChatGenerationChunk {
  const message = chunk.message as AIMessageChunk;
  const { content } = message;
  const others =
    typeof content === "string"
      ? content
      : content.slice(0, content.length - lastCallBlocks(message).length);
  const isOther = (name: string): boolean => !Object.hasOwn(facts, name);
  const metadata = chooseFields(message.response_metadata, isOther);
  return remade(chunk, { content: others, response_metadata: metadata, info: {} });
}
