/**
 * Members of `@langchain/core` that are half private, or that not every version we support has: each is
 * wrapped once, here, with the version it came in and what is done without it.
 */
import type { AIMessage, ContentBlock } from "@langchain/core/messages";

/** Gives a message's content as standard blocks. */
export type BlockTranslator = (message: AIMessage) => ContentBlock.Standard[];

interface BlockTranslators {
  readonly lc_block_translators_registry?: Map<
    string,
    { translateContent: BlockTranslator; translateContentChunk: BlockTranslator }
  >;
}

/**
 * Tells LangChain how to read the messages of a provider: `contentBlocks` of its own message classes asks by
 * `response_metadata.model_provider`. Since 1.0.0. Without it, `contentBlocks` shows text and tool calls only.
 */
export function registerBlockTranslator(provider: string, translate: BlockTranslator): void {
  const { lc_block_translators_registry: translators } = globalThis as BlockTranslators;
  translators?.set(provider, { translateContent: translate, translateContentChunk: translate });
}
